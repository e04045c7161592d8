#pragma once
/// \file
/// Whom to ask: the round-robin over who is up, less those that have just kept a request waiting in vain.
#include <array>
#include <optional>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/cluster/health.hpp>

namespace bookstore::roles::frontend {

/// A process that is stuck still holds its connections: heartbeats find that out in seconds, requests at the
/// first time-out. Who timed out is passed over for the time of one heartbeat, as long as there is anybody
/// else. Thread: the loop. References outlive this.
class Balancer {
public:
    Balancer(const cluster::Config& config, base::Scheduler& scheduler, cluster::HealthMonitor& monitor);

    /// The next replica that is up, not `avoided` and not suspected if there is such a one.
    std::optional<unsigned> next(cluster::Role role, std::optional<unsigned> avoided);
    void answered(cluster::Role role, unsigned replica);
    void failed(cluster::Role role, unsigned replica, boost::system::error_code why);

    /// Whether any replica of `role` answers heartbeats, ready or not.
    bool anybody_alive(cluster::Role role) const;
    const cluster::HealthMonitor& monitor() const { return monitor_; }
    /// How many are up.
    std::size_t up(cluster::Role role) const;

private:
    std::size_t count(cluster::Role role) const { return config_.of(role).size(); }
    base::TimePoint& suspected_until(cluster::Role role, unsigned replica);

    const cluster::Config& config_;
    base::Scheduler& scheduler_;
    cluster::HealthMonitor& monitor_;
    std::array<std::vector<base::TimePoint>, 3> suspected_until_; ///< by role and id
};

} // namespace bookstore::roles::frontend
