#pragma once
/// \file
/// What a process is made of: what every role is given, and what every role gives.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/cluster/config.hpp>
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/router.hpp>
#include <bookstore/net/transport.hpp>

namespace bookstore::roles {

/// The world, as parameters: real in production, virtual in the simulator. All of it outlives every node.
struct World {
    const cluster::Config& config;
    boost::asio::any_io_executor executor;
    base::Scheduler& scheduler;
    base::Random& random;
    base::Metrics& metrics;
    net::Transport& transport;
    /// Ends the process with status 1, for a reason that no later try in the same process can mend.
    std::function<void(const std::string& reason)> fatal = {};
};

struct Readiness {
    bool ready = false;
    std::string reason; ///< why not, in words for an operator; when ready, an account for `systemctl status`
};

/// A role's part of a process. Thread: the loop. Destroyed after the loop has run for the last time: tasks
/// there refer to it.
class Node {
public:
    virtual ~Node() = default;

    /// Handlers refer to the node. The process adds /healthz, /readyz and /metrics.
    virtual std::vector<net::Route> routes() = 0;
    /// What may be answered before the routes are asked; empty: nothing.
    virtual net::QuickAnswer answer_at_once() { return {}; }
    virtual net::PostHandler take_posts() { return {}; }
    /// What a further event loop of the process has from its role.
    struct Branch {
        net::QuickAnswer answer_at_once; ///< that loop's thread
        /// At the main loop, when it has answered a request of that loop with this target.
        std::function<void(std::string_view target)> answered = [](std::string_view) {};
    };
    /// Before start(). `loop` is that loop's, which has ended when the node goes.
    virtual Branch branch(boost::asio::any_io_executor /*loop*/) { return {}; }
    /// Throws std::runtime_error when it cannot start.
    virtual void start() = 0;
    virtual Readiness readiness() const = 0;
    /// Leaves the cluster in good order, until `deadline` at the longest.
    virtual boost::asio::awaitable<void> stop(base::TimePoint deadline) = 0;
};

} // namespace bookstore::roles
