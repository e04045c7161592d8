#include "net/peer_handshake.hpp"

#include <boost/asio/write.hpp>

#include "net/connect.hpp"
#include "net/http_parser.hpp"
#include "net/http_wire.hpp"
#include "net/socket_deadline.hpp"
#include "net/text.hpp"
#include <bookstore/net/peer_transport.hpp>

namespace bookstore::net {
namespace {

using base::Errc;

constexpr ParserLimits answer_limits{8'192, 65'536};

std::string upgrade_request(const Endpoint& to, std::string_view credential) {
    std::string request = "GET /v1/peer HTTP/1.1\r\n";
    append_header(request, "Host", to_string(to));
    append_header(request, "Connection", "Upgrade");
    append_header(request, "Upgrade", peer_protocol);
    if (!credential.empty()) append_header(request, "Authorization", "Bearer " + std::string(credential));
    return request.append("\r\n");
}

/// Reads the answer to the upgrade. What came behind it.
asio::awaitable<base::result<std::string>> read_answer(tcp::socket& socket) {
    ResponseParser parser(answer_limits, true); // a refusal's body is not read: the connection ends
    std::string in(answer_limits.header_bytes_max, '\0');
    std::size_t filled = 0;
    while (filled < in.size()) {
        const auto [ec, bytes] =
            co_await socket.async_read_some(asio::buffer(in.data() + filled, in.size() - filled), as_result);
        if (ec) co_return Errc::unreachable;
        filled += bytes;
        std::string_view unparsed(in.data(), filled);
        const auto state = parser.feed(unparsed);
        if (state == ParseState::failed) co_return Errc::protocol_error;
        if (state == ParseState::done) {
            const auto answer = parser.take();
            if (answer.status == 401 || answer.status == 403) co_return Errc::unauthorized;
            if (answer.status == 503) co_return Errc::unreachable; // as many connections as it takes
            const bool upgraded =
                answer.status == 101 && iequals(answer.header("Upgrade").value_or(""), peer_protocol);
            if (!upgraded) co_return Errc::protocol_error;
            co_return std::string(unparsed);
        }
        in.replace(0, unparsed.size(), unparsed);
        filled = unparsed.size();
    }
    co_return Errc::protocol_error;
}

} // namespace

asio::awaitable<base::result<OpenedPeer>> open_peer(asio::io_context& loop, base::Scheduler& scheduler,
                                                    Endpoint to, std::string credential,
                                                    base::TimePoint deadline) {
    auto connected = co_await connect(loop, scheduler, to, deadline);
    if (!connected) co_return connected.error();
    auto socket = std::move(*connected);
    base::result<std::string> read_ahead = Errc::unreachable;
    {
        const SocketDeadline limit(scheduler, socket, deadline);
        const std::string request = upgrade_request(to, credential);
        const auto [ec, bytes] = co_await asio::async_write(socket, asio::buffer(request), as_result);
        if (!ec) read_ahead = co_await read_answer(socket);
        if (limit.passed()) co_return Errc::unreachable;
    }
    if (!read_ahead) co_return read_ahead.error();
    co_return OpenedPeer{std::move(socket), std::move(*read_ahead)};
}

} // namespace bookstore::net
