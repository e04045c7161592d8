#pragma once
/// \file
/// A client that says exactly what a test wants said, and reads what comes, by no code of the project's.
#include <map>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <bookstore/net/endpoint.hpp>

namespace bookstore::net::test {

struct Answer {
    int status = 0; ///< 0: the connection ended before a whole answer
    std::map<std::string, std::string> headers;
    std::string body;

    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

class RawClient {
public:
    using tcp = boost::asio::ip::tcp;

    RawClient(boost::asio::io_context& loop, const Endpoint& to) : socket_(loop) {
        socket_.connect({boost::asio::ip::make_address(to.host), to.port});
        socket_.set_option(tcp::no_delay(true));
    }

    boost::asio::awaitable<void> send(std::string bytes) {
        co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), boost::asio::use_awaitable);
    }

    /// The next answer. With `to_head`, one that has a length and no body.
    boost::asio::awaitable<Answer> answer(bool to_head = false) {
        Answer result;
        const auto [ec, head_bytes] =
            co_await async_read_until(socket_, boost::asio::dynamic_buffer(in_), "\r\n\r\n", token);
        if (ec) co_return result;
        parse_head(in_.substr(0, head_bytes), result);
        in_.erase(0, head_bytes);
        const auto length = result.header("Content-Length");
        const std::size_t body_bytes = to_head || length.empty() ? 0 : std::stoul(length);
        while (in_.size() < body_bytes) {
            std::array<char, 65'536> piece{};
            const auto [failed, bytes] = co_await socket_.async_read_some(boost::asio::buffer(piece), token);
            if (failed) co_return Answer{};
            in_.append(piece.data(), bytes);
        }
        result.body = in_.substr(0, body_bytes);
        in_.erase(0, body_bytes);
        co_return result;
    }

    boost::asio::awaitable<Answer> ask(std::string bytes) {
        co_await send(std::move(bytes));
        co_return co_await answer();
    }

    /// Sends a request and gives the bytes of the answer, which has a length.
    boost::asio::awaitable<std::string> bytes_for(std::string request) {
        co_await send(std::move(request));
        co_await async_read_until(socket_, boost::asio::dynamic_buffer(in_), "\r\n\r\n", token);
        const std::string head = in_.substr(0, in_.find("\r\n\r\n") + 4);
        const auto answered = co_await answer();
        co_return head + answered.body;
    }

    /// Whether the server ends the connection in order, with nothing more said.
    boost::asio::awaitable<bool> closed() {
        if (!in_.empty()) co_return false;
        char byte = 0;
        const auto [ec, bytes] = co_await socket_.async_read_some(boost::asio::buffer(&byte, 1), token);
        co_return ec == boost::asio::error::eof;
    }

    tcp::socket& socket() { return socket_; }

private:
    static constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);

    static void parse_head(std::string head, Answer& into) {
        into.status = std::stoi(head.substr(std::string("HTTP/1.1 ").size(), 3));
        std::size_t at = head.find("\r\n") + 2;
        while (head.compare(at, 2, "\r\n") != 0) {
            const auto colon = head.find(": ", at);
            const auto end = head.find("\r\n", at);
            into.headers[head.substr(at, colon - at)] = head.substr(colon + 2, end - colon - 2);
            at = end + 2;
        }
    }

    tcp::socket socket_;
    std::string in_;
};

} // namespace bookstore::net::test
