#pragma once
/// \file
/// What the sessions of one server share, and the book that is kept of them.
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "net/asio.hpp"
#include "net/http_metrics.hpp"
#include "net/http_turns.hpp"
#include "net/http_wire.hpp"
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/http_server.hpp>

namespace bookstore::net {

class HttpSession;

/// What a client is told for whom there is no connection, or no time: 503, with Retry-After.
Response full_answer();
Response busy_answer();

/// Loop thread only. Sessions hold it by shared_ptr: it may outlive its server, and is `detached` then.
class HttpService {
public:
    struct Upgrade {
        std::string protocol;
        std::string credential;
        UpgradeHandler handler;
    };

    HttpService(asio::io_context& loop, base::Scheduler& scheduler, const RequestHandler& handler,
                HttpLimits limits, base::Metrics& metrics);

    void add(HttpSession& session);
    /// Also when the loop goes with a session still in it.
    void remove(HttpSession& session);
    std::size_t connections() const { return sessions_.size(); }
    /// Ends the session that has been waiting for its client for longest, if any has run out of patience.
    bool make_room();

    void drain();
    bool draining() const { return draining_; }
    /// Cuts every session off, whatever it is doing.
    void cut();
    /// The server goes, and what its references refer to may go next.
    void detach();

    std::string_view date() { return date_.at(scheduler.wall_now()); }

    base::Scheduler& scheduler;
    const RequestHandler& handler;
    const HttpLimits limits;
    HttpMetrics metrics;
    HttpTurns turns;
    std::vector<Upgrade> upgrades;
    QuickAnswer answer_at_once;     ///< may be empty
    PostHandler take_post;          ///< may be empty
    std::function<void()> on_empty; ///< told when the last session has ended

private:
    void sweep();

    std::unordered_set<HttpSession*> sessions_;
    std::unique_ptr<base::Timer> sweep_timer_;
    base::Duration sweep_period_;
    DateCache date_;
    bool draining_ = false;
    bool detached_ = false;
};

} // namespace bookstore::net
