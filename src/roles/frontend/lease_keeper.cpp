#include "roles/frontend/lease_keeper.hpp"

#include <algorithm>

#include <bookstore/base/log.hpp>
#include <bookstore/base/mutant.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend {
namespace {

/// After a round of asking that nobody granted; the round itself took its time.
constexpr base::Duration pause_after_failure = base::milliseconds(20);

/// One that is stuck with a leader that says nothing, and one to the leader that has just announced itself.
constexpr unsigned asks_in_flight_max = 2;

} // namespace

LeaseKeeper::LeaseKeeper(const World& world, cluster::GroupClient& catalog, Coherence& coherence,
                         FrontendMetrics& metrics)
    : executor_(world.executor),
      scheduler_(world.scheduler),
      timings_(world.config.timings),
      catalog_(catalog),
      coherence_(coherence),
      metrics_(metrics) {}

void LeaseKeeper::start() {
    running_ = true;
    ask();
}

void LeaseKeeper::stop() {
    running_ = false;
    next_ask_.reset();
    for (const auto& waiter : waiters_)
        waiter.set(false);
    waiters_.clear();
}

void LeaseKeeper::ask_now() {
    if (in_flight_ < asks_in_flight_max) ask();
}

void LeaseKeeper::ask() {
    if (!running_) return;
    ++in_flight_;
    net::spawn(executor_, "lease", [this] { return asking(); });
}

boost::asio::awaitable<void> LeaseKeeper::asking() {
    // The lease counts from here: before the question leaves, so before the leader starts counting.
    const auto asked_at = scheduler_.now();
    const auto answer = co_await catalog_.call_leader(method::lease, encode(coherence_.request()),
                                                      asked_at + timings_.lease / 2, cluster::Repeat::always);
    --in_flight_;
    if (running_) settle(answer, asked_at);
}

void LeaseKeeper::settle(const base::result<std::string>& answer, base::TimePoint asked_at) {
    notice_loss();
    const auto now = scheduler_.now();
    const auto grant = answer ? decode<LeaseAnswer>(*answer) : base::result<LeaseAnswer>(answer.error());
    if (!grant) {
        if (grant.error() == base::Errc::not_found) {
            coherence_.lost();
            notice_loss();
        }
        base::log::debug("no lease", {{"reason", grant.error().message()}});
        schedule(now + pause_after_failure);
        return;
    }
    const auto counted_from = base::built_in("counts-lease-from-answer") ? now : asked_at;
    if (coherence_.granted(*grant, counted_from, now)) {
        metrics_.registered();
        base::log::info("registered with the catalog's leader",
                        {{"term", grant->term}, {"fence", grant->fence}});
    }
    metrics_.cache(coherence_.figures());
    was_live_ = coherence_.live(now);
    if (was_live_) wake_waiters();
    schedule(was_live_ ? std::max(asked_at + timings_.lease_renewal, now) : now + pause_after_failure);
}

void LeaseKeeper::schedule(base::TimePoint when) {
    next_ask_ = scheduler_.at(when, [this] {
        notice_loss();
        if (in_flight_ == 0) ask(); // else the one that is under way schedules the next
    });
}

void LeaseKeeper::notice_loss() {
    if (!was_live_ || live()) return;
    was_live_ = false;
    metrics_.lease_lost();
    base::log::warning("lease lost", {{"term", coherence_.term()}});
}

void LeaseKeeper::wake_waiters() {
    for (const auto& waiter : waiters_)
        waiter.set(true);
    waiters_.clear();
}

boost::asio::awaitable<bool> LeaseKeeper::live_by(base::TimePoint deadline) {
    if (live()) co_return true;
    if (!running_) co_return false;
    notice_loss();
    if (in_flight_ == 0) ask();
    net::Promise<bool> waiter;
    std::erase_if(waiters_, [](const auto& w) { return w.given(); }); // gave up
    waiters_.push_back(waiter);
    const auto until = std::min(deadline, scheduler_.now() + timings_.lease);
    const auto give_up = scheduler_.at(until, [waiter] { waiter.set(false); });
    co_return co_await std::move(waiter).wait();
}

} // namespace bookstore::roles::frontend
