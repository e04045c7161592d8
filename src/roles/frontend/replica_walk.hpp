#pragma once
/// \file
/// One request's walk over the replicas of a role: the next one that is up, and another when that one fails.
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "roles/frontend/balancer.hpp"
#include "roles/frontend/retry_budget.hpp"
#include <bookstore/base/error.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles::frontend {

/// Another replica would say the same.
bool is_final(boost::system::error_code failure);

/// Of a walk's kind: every request in flight may go to another replica once when one dies, after that one for
/// five that succeed.
inline constexpr double retry_reserve = 1'024;
inline constexpr double retries_per_success = 0.2;

/// How long one replica may keep a request: a third of the time that is left, within these bounds. So that
/// one that is stuck leaves time for another.
struct AttemptTime {
    base::Duration least{};
    base::Duration most{};
};

/// A replica that is behind says so after 100 ms, any other answers in a few.
inline constexpr AttemptTime read_time{base::milliseconds(50), base::milliseconds(200)};

/// Thread: the loop. References outlive the walk.
class ReplicaWalk {
public:
    struct Attempt {
        unsigned replica = 0;
        const net::Endpoint* endpoint = nullptr; ///< the configuration's
        base::TimePoint deadline;
    };

    /// `budget` is shared by all walks of a kind.
    ReplicaWalk(const World& world, Balancer& balancer, RetryBudget& budget, cluster::Role role,
                base::TimePoint deadline, AttemptTime time);

    /// Whom to ask now; at once while there is somebody not asked yet; after each round with a pause that
    /// grows; nothing when time is up, or when nobody is up. While replicas are alive but not ready it waits
    /// for one, for the time of an election and no longer.
    boost::asio::awaitable<std::optional<Attempt>> next();
    /// The same, but nothing where next() would wait, or has nothing.
    /// `company`: a replica that others of the same moment are sent to; whom nobody has failed goes along.
    std::optional<Attempt> at_once(std::optional<unsigned> company = {});
    void answered(const Attempt& attempt);
    /// Whether another replica is worth asking, and within the budget: a refusal that was free is. Who is
    /// overloaded is asked once.
    bool failed(const Attempt& attempt, boost::system::error_code why);

    /// The failure to answer with: one that leaves the outcome open is never hidden by a later refusal.
    boost::system::error_code failure() const { return failure_; }

private:
    bool round_is_over() const;
    Attempt attempt(unsigned replica) const;
    boost::asio::awaitable<void> pause();

    const World& world_;
    Balancer& balancer_;
    RetryBudget& budget_;
    cluster::Role role_;
    base::TimePoint deadline_;
    base::TimePoint patience_; ///< until when to wait for somebody to get ready
    AttemptTime time_;
    base::Duration pause_;
    std::size_t asked_ = 0; ///< in this round
    std::optional<unsigned> last_failed_;
    boost::system::error_code failure_ = base::Errc::not_ready;
};

} // namespace bookstore::roles::frontend
