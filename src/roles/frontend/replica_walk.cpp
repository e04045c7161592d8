#include "roles/frontend/replica_walk.hpp"

#include <algorithm>

#include <bookstore/net/loop.hpp>

namespace bookstore::roles::frontend {
namespace {

constexpr base::Duration first_pause = base::milliseconds(10);
constexpr base::Duration longest_pause = base::milliseconds(100);

} // namespace

bool anybody_alive(const cluster::HealthMonitor& monitor, const cluster::Config& config, cluster::Role role) {
    for (unsigned id = 0; id < config.of(role).size(); ++id)
        if (monitor.view(role, id).state != cluster::ReplicaState::down) return true;
    return false;
}

bool is_final(boost::system::error_code failure) {
    return failure == base::Errc::invalid_argument || failure == base::Errc::too_large;
}

ReplicaWalk::ReplicaWalk(const World& world, cluster::HealthMonitor& monitor, cluster::Role role,
                         base::TimePoint deadline, AttemptTime time)
    : world_(world),
      monitor_(monitor),
      role_(role),
      deadline_(deadline),
      patience_(std::min(deadline, world.scheduler.now() + world.config.timings.lease)),
      time_(time),
      pause_(first_pause) {}

boost::asio::awaitable<std::optional<ReplicaWalk::Attempt>> ReplicaWalk::next() {
    if (asked_ > 0 && asked_ >= up()) co_await pause();
    while (world_.scheduler.now() < deadline_) {
        if (const auto replica = choose()) {
            ++asked_;
            co_return attempt(*replica);
        }
        if (world_.scheduler.now() >= patience_ || !anybody_alive(monitor_, world_.config, role_)) break;
        co_await pause();
    }
    co_return std::nullopt;
}

boost::asio::awaitable<void> ReplicaWalk::pause() {
    co_await net::sleep_until(world_.scheduler, std::min(world_.scheduler.now() + pause_, deadline_));
    pause_ = std::min(2 * pause_, longest_pause);
    asked_ = 0;
    last_failed_.reset();
}

std::optional<unsigned> ReplicaWalk::choose() {
    auto replica = monitor_.next(role_);
    // The turn is everybody's: others may have moved it on so that it is this one's again.
    if (replica && replica == last_failed_) replica = monitor_.next(role_);
    return replica;
}

ReplicaWalk::Attempt ReplicaWalk::attempt(unsigned replica) const {
    const auto now = world_.scheduler.now();
    const auto share = std::clamp<base::Duration>((deadline_ - now) / 3, time_.least, time_.most);
    return {replica, world_.config.of(role_)[replica], std::min(now + share, deadline_)};
}

std::size_t ReplicaWalk::up() const {
    std::size_t count = 0;
    for (unsigned id = 0; id < world_.config.of(role_).size(); ++id)
        if (monitor_.view(role_, id).state == cluster::ReplicaState::up) ++count;
    return count;
}

void ReplicaWalk::failed(const Attempt& attempt, boost::system::error_code why) {
    last_failed_ = attempt.replica;
    if (why == base::Errc::unreachable || why == base::Errc::connection_lost)
        monitor_.report_refused(attempt.endpoint);
    if (!base::outcome_is_unknown(failure_) || base::outcome_is_unknown(why)) failure_ = why;
}

} // namespace bookstore::roles::frontend
