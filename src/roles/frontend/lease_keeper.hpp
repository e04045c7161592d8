#pragma once
/// \file
/// Keeps the frontend registered with whoever leads the catalog group.
#include <list>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "roles/frontend/coherence.hpp"
#include "roles/frontend/frontend_metrics.hpp"
#include <bookstore/cluster/group_client.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles::frontend {

/// Asks for the lease at the start, every `lease_renewal`, and whenever somebody has reason to believe that
/// the answer has changed. Thread: the loop. All references outlive the keeper, and the keeper its loop's
/// tasks.
class LeaseKeeper {
public:
    LeaseKeeper(const World& world, cluster::GroupClient& catalog, Coherence& coherence,
                FrontendMetrics& metrics);

    void start();
    /// Asks no more, and tells who waits that there is nothing to wait for. The lease that is held runs out.
    void stop();

    /// There may be a new leader: asks at once, even while an older question is unanswered.
    void ask_now();

    /// True as soon as there is a live lease; false when there is none by `deadline`, or within the time of
    /// one lease. Whoever waits shares the same question.
    boost::asio::awaitable<bool> live_by(base::TimePoint deadline);

    bool live() const { return coherence_.live(scheduler_.now()); }

private:
    void ask();
    boost::asio::awaitable<void> asking();
    void settle(const base::result<std::string>& answer, base::TimePoint asked_at);
    void schedule(base::TimePoint when);
    void notice_loss();
    void wake_waiters();

    boost::asio::any_io_executor executor_;
    base::Scheduler& scheduler_;
    const cluster::Timings& timings_;
    cluster::GroupClient& catalog_;
    Coherence& coherence_;
    FrontendMetrics& metrics_;
    std::unique_ptr<base::Timer> next_ask_;
    std::list<net::Promise<bool>> waiters_;
    unsigned in_flight_ = 0;
    bool was_live_ = false; ///< when last looked at
    bool running_ = false;
};

} // namespace bookstore::roles::frontend
