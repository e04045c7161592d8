#pragma once
/// \file
/// Connections that an HTTP client keeps open for its next request.
#include <list>
#include <memory>
#include <optional>

#include "net/asio.hpp"
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::net {

/// Loop thread only.
class HttpPool {
public:
    /// `scheduler` outlives it.
    HttpPool(base::Scheduler& scheduler, std::size_t connections_max, base::Duration idle_time);

    /// The connection to `to` that was used last, of those whose server has not closed them yet.
    std::optional<tcp::socket> take(const Endpoint& to);
    /// Closes the one unused for longest when there are too many.
    void put(const Endpoint& to, tcp::socket socket);

private:
    struct Idle {
        Endpoint to;
        tcp::socket socket;
        base::TimePoint until;
    };

    void close_old();

    base::Scheduler& scheduler_;
    std::size_t connections_max_;
    base::Duration idle_time_;
    std::list<Idle> idle_; ///< oldest first
    std::unique_ptr<base::Timer> timer_;
};

} // namespace bookstore::net
