#include "roles/frontend/balancer.hpp"

namespace bookstore::roles::frontend {

using cluster::ReplicaState;
using cluster::Role;

Balancer::Balancer(const cluster::Config& config, base::Scheduler& scheduler, cluster::HealthMonitor& monitor)
    : config_(config), scheduler_(scheduler), monitor_(monitor) {
    for (const auto role : {Role::catalog, Role::order})
        suspected_until_[static_cast<std::size_t>(role)].resize(count(role));
}

std::optional<unsigned> Balancer::next(Role role, std::optional<unsigned> avoided) {
    const auto now = scheduler_.now();
    std::optional<unsigned> second_best;
    for (std::size_t turns = 0; turns < count(role); ++turns) {
        const auto replica = monitor_.next(role);
        if (!replica) break;
        if (replica != avoided && suspected_until(role, *replica) <= now) return replica;
        if (!second_best || second_best == avoided) second_best = replica;
    }
    return second_best;
}

void Balancer::answered(Role role, unsigned replica) {
    suspected_until(role, replica) = {};
}

void Balancer::failed(Role role, unsigned replica, boost::system::error_code why) {
    const bool silent = why == base::Errc::timed_out;
    suspected_until(role, replica) = silent ? scheduler_.now() + config_.health.interval : base::TimePoint{};
    if (why == base::Errc::unreachable || why == base::Errc::connection_lost)
        monitor_.report_refused(config_.of(role)[replica]);
}

bool Balancer::anybody_alive(Role role) const {
    for (unsigned id = 0; id < count(role); ++id)
        if (monitor_.view(role, id).state != ReplicaState::down) return true;
    return false;
}

std::size_t Balancer::up(Role role) const {
    std::size_t up = 0;
    for (unsigned id = 0; id < count(role); ++id)
        if (monitor_.view(role, id).state == ReplicaState::up) ++up;
    return up;
}

base::TimePoint& Balancer::suspected_until(Role role, unsigned replica) {
    return suspected_until_[static_cast<std::size_t>(role)].at(replica);
}

} // namespace bookstore::roles::frontend
