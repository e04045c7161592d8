#pragma once
/// \file
/// The one HTTP server of all roles: a listener and its sessions, over Beast.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/endpoint.hpp>
#include <bookstore/net/plain_post.hpp>
#include <bookstore/net/router.hpp>

namespace bookstore::net {

struct HttpLimits {
    std::size_t header_bytes_max = 8'192; ///< 431 beyond
    std::size_t body_bytes_max = 65'536;  ///< 413 beyond
    std::size_t connections_max = 1'024;  ///< beyond: 503 with Retry-After, then closed
    /// A client that keeps the server waiting for longer (idle, in the middle of a request, not reading)
    /// gives way to a new one when there are so many.
    base::Duration patience = base::milliseconds(250);
    /// So many more may ask one thing: peers for their stream, and health checks; the rest is told 503.
    /// Beyond these a connection is told so unasked, and closed at once.
    std::size_t reserve_max = 64;
    base::Duration reserve_time = base::milliseconds(500); ///< within which such a one has to ask
    std::size_t pipelined_max = 64; ///< answered in a row on one connection before others get their turn
    base::Duration header_time =
        base::seconds(10); ///< from the first byte of a request to the end of its header, 408 beyond
    base::Duration body_time = base::seconds(30);
    base::Duration idle_time = base::seconds(75); ///< between requests; closed silently
    base::Duration request_time =
        base::seconds(3); ///< a handler's time: Request::deadline; 503 a little after it
    base::Duration write_time =
        base::seconds(30);                  ///< for a client to take its answer; more for one that is large:
    std::size_t write_rate_min = 16u << 10; ///< bytes that it has to take in each further second
};

/// Takes over a socket after `101 Switching Protocols` has been sent; `read_ahead` are bytes that came behind
/// the request already.
using UpgradeHandler = std::function<void(boost::asio::ip::tcp::socket socket, std::string read_ahead)>;

/// Answers a GET whose head says nothing that matters but its target: appends the whole answer to `out`
/// (append_prepared_head) and returns its status, or returns 0 and leaves `out` alone: the router is asked
/// then, and must mean the same. `target` is as sent; `now` was read when the whole request had come; `date`
/// goes into the head. Called for each such request on a connection that is kept, so it takes no memory and
/// no time.
using QuickAnswer =
    std::function<int(std::string_view target, base::TimePoint now, std::string_view date, std::string& out)>;

/// Loop thread only. Backs off and goes on when accept fails for want of descriptors (EMFILE).
class HttpServer {
public:
    /// `scheduler`, `handler` and `metrics` outlive the server.
    HttpServer(boost::asio::io_context& loop, base::Scheduler& scheduler, const RequestHandler& handler,
               HttpLimits limits, base::Metrics& metrics);
    ~HttpServer();

    /// `GET <any path>` with `Upgrade: <protocol>`, from who shows `credential` (empty: anyone).
    void on_upgrade(std::string protocol, std::string credential, UpgradeHandler handler);

    /// Asked before the router is. Before listen().
    void answer_at_once(QuickAnswer answer);
    void take_posts(PostHandler handler);

    /// Throws std::system_error that names the address. Port 0 takes a free one. May be called several times.
    /// `Port::shared`: others of this user that say so, too, may listen there; the kernel spreads
    /// connections.
    enum class Port { own, shared };
    Endpoint listen(const Endpoint& where, Port port = Port::own);
    /// Takes over a listening socket that systemd opened.
    Endpoint adopt(int descriptor);

    /// No new connections; idle ones are closed, requests being answered end with `Connection: close`.
    void drain();
    /// Completes when every session has ended, or at `deadline`, when the rest are cut off.
    boost::asio::awaitable<void> drained(base::TimePoint deadline);

    std::size_t connections() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace bookstore::net
