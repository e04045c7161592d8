#include "roles/frontend/read_path.hpp"

#include "roles/frontend/replica_walk.hpp"
#include "roles/timing.hpp"
#include <bookstore/base/log.hpp>
#include <bookstore/base/mutant.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/prepared_head.hpp>
#include <bookstore/net/problem.hpp>

namespace bookstore::roles::frontend {
namespace {

constexpr const char* cache_source = "cache"; ///< as Bookstore-Source says it

net::Response shown(const shop::CachedAnswer& answer, std::string source) {
    net::Response response;
    response.status = answer.status;
    if (answer.status != 200) response.content_type = "application/problem+json";
    response.headers.reserve(2);
    response.headers.emplace_back("Bookstore-Version", std::to_string(answer.version));
    response.headers.emplace_back("Bookstore-Source", std::move(source));
    response.body = answer.body;
    return response;
}

net::Response refusal(boost::system::error_code failure) {
    if (failure == base::Errc::too_large)
        return net::problem_from(failure,
                                 "These are too many books for one answer. Page by page: /v1/books?topic=T.");
    if (is_final(failure)) return net::problem_from(failure);
    return net::problem_from(failure, "No catalog replica could answer in time.");
}

} // namespace

ReadPath::ReadPath(const World& world, Coherence& coherence, LeaseKeeper& keeper, Balancer& balancer,
                   FrontendMetrics& metrics)
    : world_(world),
      coherence_(coherence),
      keeper_(keeper),
      balancer_(balancer),
      metrics_(metrics),
      budget_(retry_reserve, retries_per_success) {}

int ReadPath::answer_at_once(std::string_view target, base::TimePoint now, std::string_view date,
                             std::string& out) {
    if (!coherence_.live(now) && !base::built_in("hits-without-lease")) return 0;
    const auto* kept = coherence_.hit_as_sent(target);
    if (kept == nullptr) return 0;
    net::append_prepared_head(out, kept->head, date);
    out += kept->body;
    return kept->status;
}

boost::asio::awaitable<net::Response> ReadPath::answer(Query query, std::string target,
                                                       base::TimePoint deadline, bool timed) {
    const std::string key = query.cache_key();
    while (true) {
        // Read anew in each turn and after each wait: the process may have been stopped in between.
        if (!coherence_.live(world_.scheduler.now()) && !base::built_in("hits-without-lease")) {
            if (!balancer_.anybody_alive(cluster::Role::catalog))
                co_return net::problem_from(base::Errc::not_ready, "No catalog replica is up.");
            if (co_await keeper_.live_by(deadline)) continue;
            co_return net::problem_from(
                base::Errc::not_ready,
                "This frontend has no lease from the catalog's leader, so it cannot know what "
                "is current.");
        }
        if (const auto* kept = coherence_.hit(key)) {
            net::Response response = shown(*kept, cache_source);
            if (!target.empty()) coherence_.learn(key, target);
            co_return response;
        }

        net::Promise<Outcome> waiter;
        const auto flight_until = join_or_start(key, query, deadline, waiter);
        const auto outcome = co_await std::move(waiter).wait();
        if (outcome) {
            auto response = shown((*outcome)->answer, "replica " + std::to_string((*outcome)->replica));
            if (timed) show_times(response, (*outcome)->times);
            co_return response;
        }
        // Another's flight ended with another's time.
        if (flight_until < deadline && world_.scheduler.now() < deadline) continue;
        co_return refusal(outcome.error());
    }
}

/// A read shares a flight that was sent with a fence as high as it needs itself. One that started before a
/// write was announced may bring the state before the write: those who wait for it already may see that, for
/// they started to read before the write; who comes now may not.
base::TimePoint ReadPath::join_or_start(const std::string& key, const Query& query, base::TimePoint deadline,
                                        net::Promise<Outcome> waiter) {
    auto& flight = flights_[key];
    if (flight && flight->deadline <= deadline && coherence_.covers(flight->ticket, query)) {
        metrics_.shared_miss();
        flight->waiters.push_back(std::move(waiter));
        return flight->deadline;
    }
    flight =
        std::make_shared<Flight>(Flight{key, query, coherence_.ticket(query), deadline, {std::move(waiter)}});
    net::spawn(world_.executor, "query", [this, started = flight] { return fly(started); });
    return deadline;
}

boost::asio::awaitable<void> ReadPath::fly(std::shared_ptr<Flight> flight) {
    Outcome outcome = base::Errc::outcome_unknown;
    try {
        outcome = co_await fetch(flight);
    } catch (const std::exception& failure) { // nobody may wait for a flight that is no more
        base::log::error("a query failed", {{"reason", failure.what()}});
    }
    const auto found = flights_.find(flight->key);
    if (found != flights_.end() && found->second == flight) flights_.erase(found);
    metrics_.cache(coherence_.figures());
    for (const auto& waiter : flight->waiters)
        waiter.set(outcome);
}

boost::asio::awaitable<ReadPath::Outcome> ReadPath::fetch(std::shared_ptr<Flight> flight) {
    ReplicaWalk walk(world_, balancer_, budget_, cluster::Role::catalog, flight->deadline, read_time);
    for (auto attempt = co_await walk.next(); attempt; attempt = co_await walk.next()) {
        // A fence that was announced under a lost leader may never be reached: under a new registration the
        // query starts afresh. Newer is always right for those who wait already.
        if (coherence_.live(world_.scheduler.now())) flight->ticket = coherence_.ticket(flight->query);
        flight->query.minimum_version = base::built_in("misses-without-fence") ? 0 : flight->ticket.fence;
        const auto bytes = co_await world_.transport.call(*attempt->endpoint, method::query,
                                                          encode(flight->query), attempt->deadline);
        auto outcome = bytes ? land(*flight, attempt->replica, *bytes) : Outcome(bytes.error());
        if (outcome) {
            walk.answered(*attempt);
            co_return outcome;
        }
        if (!walk.failed(*attempt, outcome.error())) break;
        metrics_.read_retried();
    }
    co_return walk.failure();
}

ReadPath::Outcome ReadPath::land(const Flight& flight, unsigned replica, std::string_view bytes) {
    auto answer = decode<QueryAnswer>(bytes);
    if (!answer) return answer.error();
    if (answer->version < flight.ticket.fence && !base::built_in("misses-without-fence")) {
        base::log::error(
            "a replica answered below the fence",
            {{"replica", replica}, {"version", answer->version}, {"fence", flight.ticket.fence}});
        return base::Errc::protocol_error;
    }
    auto landed = std::make_shared<Landed>();
    landed->answer = {answer->status, std::move(answer->body), answer->version, std::move(answer->tags)};
    landed->replica = replica;
    landed->times = answer->times;
    landed->answer.head = net::prepare_head(shown(landed->answer, cache_source));
    coherence_.fill(flight.key, flight.ticket, landed->answer, world_.scheduler.now());
    return std::shared_ptr<const Landed>(std::move(landed));
}

} // namespace bookstore::roles::frontend
