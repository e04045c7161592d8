#include "roles/frontend/replica_walk.hpp"

#include <algorithm>

#include <bookstore/net/loop.hpp>

namespace bookstore::roles::frontend {
namespace {

constexpr base::Duration first_pause = base::milliseconds(10);
constexpr base::Duration longest_pause = base::milliseconds(100);

/// Nothing was done, and saying so cost next to nothing; the walk's pauses pace it.
bool was_free(boost::system::error_code failure) {
    return failure == base::Errc::unreachable || failure == base::Errc::not_ready ||
           failure == base::Errc::not_leader || failure == base::Errc::stopping;
}

} // namespace

bool is_final(boost::system::error_code failure) {
    return failure == base::Errc::invalid_argument || failure == base::Errc::too_large;
}

ReplicaWalk::ReplicaWalk(const World& world, Balancer& balancer, RetryBudget& budget, cluster::Role role,
                         base::TimePoint deadline, AttemptTime time)
    : world_(world),
      balancer_(balancer),
      budget_(budget),
      role_(role),
      deadline_(deadline),
      patience_(std::min(deadline, world.scheduler.now() + world.config.timings.lease)),
      time_(time),
      pause_(first_pause) {}

bool ReplicaWalk::round_is_over() const {
    return asked_ > 0 && asked_ >= balancer_.up(role_);
}

std::optional<ReplicaWalk::Attempt> ReplicaWalk::at_once(std::optional<unsigned> company) {
    if (round_is_over() || world_.scheduler.now() >= deadline_) return std::nullopt;
    const bool goes_along = company && asked_ == 0 && !last_failed_;
    const auto replica = goes_along ? company : balancer_.next(role_, last_failed_);
    if (!replica) return std::nullopt;
    ++asked_;
    return attempt(*replica);
}

boost::asio::awaitable<std::optional<ReplicaWalk::Attempt>> ReplicaWalk::next() {
    if (round_is_over()) co_await pause();
    while (world_.scheduler.now() < deadline_) {
        if (const auto attempt = at_once()) co_return attempt;
        if (world_.scheduler.now() >= patience_ || !balancer_.anybody_alive(role_)) break;
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

ReplicaWalk::Attempt ReplicaWalk::attempt(unsigned replica) const {
    const auto now = world_.scheduler.now();
    const auto share = std::clamp<base::Duration>((deadline_ - now) / 3, time_.least, time_.most);
    return {replica, &world_.config.of(role_)[replica], std::min(now + share, deadline_)};
}

void ReplicaWalk::answered(const Attempt& attempt) {
    balancer_.answered(role_, attempt.replica);
    budget_.succeeded();
}

bool ReplicaWalk::failed(const Attempt& attempt, boost::system::error_code why) {
    last_failed_ = attempt.replica;
    balancer_.failed(role_, attempt.replica, why);
    if (!base::outcome_is_unknown(failure_) || base::outcome_is_unknown(why)) failure_ = why;
    // All of them are too busy, or have no room: the client's next try comes later than ours would.
    if (why == base::Errc::overloaded && asked_ >= balancer_.up(role_)) return false;
    return !is_final(why) && (was_free(why) || budget_.take());
}

} // namespace bookstore::roles::frontend
