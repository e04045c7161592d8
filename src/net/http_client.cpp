#include <bookstore/net/http_client.hpp>

#include <array>

#include <boost/asio/write.hpp>

#include "net/connect.hpp"
#include "net/http_parser.hpp"
#include "net/http_pool.hpp"
#include "net/http_wire.hpp"
#include "net/socket_deadline.hpp"

namespace bookstore::net {
namespace {

using base::Errc;

constexpr std::size_t header_bytes_max = 64u << 10;

/// Harmless to send twice.
bool is_repeatable(Verb verb) {
    return verb == Verb::get || verb == Verb::head || verb == Verb::options;
}

std::string request_head(const Endpoint& to, const HttpRequest& request) {
    std::string head = std::string(to_string(request.verb)) + ' ' + request.target + " HTTP/1.1\r\n";
    append_header(head, "Host", to_string(to));
    const bool has_body = !request.body.empty();
    if (has_body) append_header(head, "Content-Type", request.content_type);
    if (has_body || !is_repeatable(request.verb))
        append_header(head, "Content-Length", std::to_string(request.body.size()));
    for (const auto& [name, value] : request.headers)
        append_header(head, name, value);
    return head.append("\r\n");
}

/// One request and its answer on one connection.
struct Exchange {
    base::result<Response> answer = Errc::connection_lost;
    bool silent = true;    ///< the server said nothing at all
    bool reusable = false; ///< the connection may carry another request
};

asio::awaitable<Exchange> exchange(tcp::socket& socket, std::string_view head, std::string_view body,
                                   ResponseParser& parser) {
    Exchange result;
    const std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(body)};
    const auto [write_failed, sent] = co_await asio::async_write(socket, pieces, as_result);
    // Even then: a server that refuses a request early answers, and closes with the rest unread.
    std::string in(16u << 10, '\0');
    std::size_t filled = 0;
    for (;;) {
        if (filled == in.size() && filled >= header_bytes_max) {
            result.answer = Errc::too_large;
            co_return result;
        }
        if (filled == in.size()) in.resize(in.size() * 2);
        const auto [ec, bytes] =
            co_await socket.async_read_some(asio::buffer(in.data() + filled, in.size() - filled), as_result);
        filled += bytes;
        if (bytes > 0) result.silent = false;
        if (ec) {
            if (ec == asio::error::eof && parser.end_of_stream()) result.answer = parser.take();
            co_return result;
        }
        std::string_view unparsed(in.data(), filled);
        const auto state = parser.feed(unparsed);
        if (state == ParseState::failed) {
            result.answer = parser.failure();
            co_return result;
        }
        if (state == ParseState::done) {
            result.reusable = !write_failed && parser.keep_alive() && unparsed.empty();
            result.answer = parser.take();
            co_return result;
        }
        in.replace(0, unparsed.size(), unparsed);
        filled = unparsed.size();
    }
}

} // namespace

struct HttpClient::Impl {
    Impl(asio::io_context& where, base::Scheduler& clock, HttpClientLimits bounds)
        : loop(where),
          scheduler(clock),
          limits(bounds),
          pool(clock, bounds.idle_connections_max, bounds.idle_time) {}

    asio::io_context& loop;
    base::Scheduler& scheduler;
    HttpClientLimits limits;
    HttpPool pool;

    asio::awaitable<Exchange> on(tcp::socket socket, Endpoint to, const HttpRequest& request,
                                 base::TimePoint deadline) {
        ResponseParser parser({header_bytes_max, limits.body_bytes_max}, request.verb == Verb::head);
        const SocketDeadline limit(scheduler, socket, deadline);
        const auto head = request_head(to, request);
        auto result = co_await exchange(socket, head, request.body, parser);
        if (limit.passed()) {
            result.answer = Errc::timed_out;
            result.silent = false;
        } else if (result.reusable) {
            pool.put(to, std::move(socket));
        }
        co_return result;
    }

    static asio::awaitable<base::result<Response>> send(std::shared_ptr<Impl> self, Endpoint to,
                                                        HttpRequest request, base::TimePoint deadline) {
        if (auto kept = self->pool.take(to)) {
            auto first = co_await self->on(std::move(*kept), to, request, deadline);
            // Silence on a kept connection: its server closed it just before the request came.
            const bool stale = first.answer.has_error() && first.silent && is_repeatable(request.verb);
            if (!stale) co_return std::move(first.answer);
        }
        auto fresh = co_await connect(self->loop, self->scheduler, to, deadline);
        if (!fresh) co_return fresh.error();
        auto only = co_await self->on(std::move(*fresh), to, request, deadline);
        co_return std::move(only.answer);
    }
};

HttpClient::HttpClient(asio::io_context& loop, base::Scheduler& scheduler, HttpClientLimits limits)
    : impl_(std::make_shared<Impl>(loop, scheduler, limits)) {}
HttpClient::~HttpClient() = default;

asio::awaitable<base::result<Response>> HttpClient::send(Endpoint to, HttpRequest request,
                                                         base::TimePoint deadline) {
    return Impl::send(impl_, std::move(to), std::move(request), deadline);
}

} // namespace bookstore::net
