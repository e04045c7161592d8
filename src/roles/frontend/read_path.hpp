#pragma once
/// \file
/// Reads: from the cache under a live lease, else from a replica that has applied the fence.
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "roles/frontend/balancer.hpp"
#include "roles/frontend/coherence.hpp"
#include "roles/frontend/frontend_metrics.hpp"
#include "roles/frontend/lease_keeper.hpp"
#include "roles/frontend/retry_budget.hpp"
#include <bookstore/base/hash.hpp>
#include <bookstore/net/http_message.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend {

/// Thread: the loop. References outlive this, and this its loop's tasks.
class ReadPath {
public:
    ReadPath(const World& world, Coherence& coherence, LeaseKeeper& keeper, Balancer& balancer,
             FrontendMetrics& metrics);

    /// The answer with its Bookstore-Version and Bookstore-Source. 503 when there is no lease to be had, no
    /// replica up, or none that answers in time. A hit answers without suspending.
    /// `target`: the request as it was sent, or empty; the next that is sent so may be answered at once.
    /// `timed`: a miss tells how long the catalog took.
    boost::asio::awaitable<net::Response> answer(Query query, std::string target, base::TimePoint deadline,
                                                 bool timed);

    /// A net::QuickAnswer: a hit for a target that answer() has seen. `now` was read for this request, or for
    /// several of which the last had come: what the cache holds under a lease that lived then may be shown to
    /// each of them, for no write that was announced later can have been answered before they came.
    int answer_at_once(std::string_view target, base::TimePoint now, std::string_view date, std::string& out);

private:
    /// A miss's answer, shared by all whose flight it was.
    struct Landed {
        shop::CachedAnswer answer;
        unsigned replica = 0;
        TierTimes times;
    };
    using Outcome = base::result<std::shared_ptr<const Landed>>;

    /// A query under way to the replicas. Whoever waits for it started to read when `ticket` was good.
    struct Flight {
        std::string key;
        Query query;
        shop::Cache::Ticket ticket;
        base::TimePoint deadline;
        std::vector<net::Promise<Outcome>> waiters;
    };

    /// `waiter` gets the flight's outcome by the deadline that is returned.
    base::TimePoint join_or_start(const std::string& key, const Query& query, base::TimePoint deadline,
                                  net::Promise<Outcome> waiter);
    boost::asio::awaitable<void> fly(std::shared_ptr<Flight> flight);
    boost::asio::awaitable<Outcome> fetch(std::shared_ptr<Flight> flight);
    Outcome land(const Flight& flight, unsigned replica, std::string_view bytes);

    World world_;
    Coherence& coherence_;
    LeaseKeeper& keeper_;
    Balancer& balancer_;
    FrontendMetrics& metrics_;
    RetryBudget budget_;
    std::unordered_map<std::string, std::shared_ptr<Flight>, base::TableHash>
        flights_; ///< at most one for each request being served
};

} // namespace bookstore::roles::frontend
