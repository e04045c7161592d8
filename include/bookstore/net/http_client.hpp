#pragma once
/// \file
/// A pooled keep-alive HTTP/1.1 client with deadlines, for heartbeats and for bookstorectl.
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/endpoint.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::net {

struct HttpClientLimits {
    std::size_t idle_connections_max = 64; ///< kept open, over all endpoints
    std::size_t body_bytes_max = 64u << 20;
    base::Duration idle_time =
        base::seconds(30); ///< shorter than the server's, so that it seldom closes first
};

struct HttpRequest {
    Verb verb = Verb::get;
    std::string target = "/"; ///< path and query, percent-encoded
    Headers headers;
    std::string body;
    std::string content_type = "application/json"; ///< sent when there is a body
};

/// Loop thread only. Any number of requests at a time, each on a connection of its own.
class HttpClient {
public:
    /// `scheduler` outlives the client.
    HttpClient(boost::asio::io_context& loop, base::Scheduler& scheduler, HttpClientLimits limits = {});
    ~HttpClient();

    /// Sends and reads one answer. Errc::unreachable: not sent. timed_out, connection_lost: maybe executed.
    /// A GET that meets a kept connection which the server closed meanwhile is sent once more on a new one.
    boost::asio::awaitable<base::result<Response>> send(Endpoint to, HttpRequest request,
                                                        base::TimePoint deadline);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// Percent-encodes a query value or path segment.
std::string percent_encode(std::string_view text);

} // namespace bookstore::net
