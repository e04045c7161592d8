// The two ends of the lease against each other: random delays, losses, repetitions, drifting clocks, restarts
// and leader changes, for one key. The protocol around the two is that of the Spin model: invalidate before
// the write, fences, guarded fills. Checked is what a reader can see.
#include <functional>
#include <map>

#include <catch2/catch.hpp>

#include <bookstore/base/random.hpp>
#include <bookstore/cluster/lease.hpp>

namespace bookstore::cluster {
namespace {

using base::Duration;
using base::milliseconds;
using base::TimePoint;

constexpr Duration lease = milliseconds(1'000), margin = milliseconds(30);
constexpr Duration renewal = milliseconds(250), longest_authority = milliseconds(270);
constexpr unsigned frontends = 2;

/// A process's own clock: any offset, and a rate off by at most 1.4 %, so that two of them differ by less
/// than `margin` in a lease.
struct Clock {
    Duration offset{};
    std::int64_t rate_per_mille10 = 0; ///< ten-thousandths

    TimePoint read(Duration real) const {
        return TimePoint{} + offset + real + real * rate_per_mille10 / 10'000;
    }
};

struct Leader {
    Clock clock;
    LeaseTable table{frontends, lease, margin};
    Duration authority{};      ///< in real time: nobody else leads before
    std::uint64_t last = 0;    ///< index of the last entry of its log
    std::uint64_t pending = 0; ///< the announced index, or 0
    bool proposed = false;     ///< what was announced is in the log
};

struct Frontend {
    Clock clock;
    unsigned id = 0;
    std::uint64_t session = 0;
    LeaseHolding holding;
    std::uint64_t registration = 0; ///< counts the resets
    std::uint64_t fence = 0;
    std::uint64_t announced_term = 0, announced_index = 0; ///< the newest that was acknowledged
    std::optional<std::uint64_t> cached;                   ///< version of the key
};

class World {
public:
    explicit World(std::uint64_t seed) : dice_(seed) {
        for (unsigned i = 0; i < frontends; ++i) {
            fronts_[i].id = i;
            fronts_[i].clock = any_clock();
            restart(fronts_[i]);
            after(milliseconds(1), [this, i] { renew(fronts_[i]); });
            after(milliseconds(1), [this, i] { read(fronts_[i]); });
        }
        elect();
        after(milliseconds(5), [this] { write(); });
    }

    void run(Duration time) {
        while (!events_.empty() && events_.begin()->first < time) {
            auto event = events_.extract(events_.begin());
            now_ = event.key();
            event.mapped()();
        }
    }

    unsigned hits = 0, writes = 0, stale = 0, elections = 0, registrations = 0;

private:
    using Task = std::function<void()>;

    void after(Duration delay, Task task) { events_.emplace(now_ + delay, std::move(task)); }
    Duration up_to(std::int64_t ms) {
        return std::chrono::microseconds(
            static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(ms) * 1'000)));
    }
    bool one_in(std::uint64_t n) { return dice_.below(n) == 0; }
    Clock any_clock() {
        return {milliseconds(static_cast<std::int64_t>(dice_.below(1'000'000))),
                static_cast<std::int64_t>(dice_.below(281)) - 140};
    }

    /// Mostly quick; now and then later than a lease, twice, or never.
    void send(const Task& delivery) {
        const int copies = one_in(12) ? 0 : one_in(12) ? 2 : 1;
        for (int i = 0; i < copies; ++i)
            after(one_in(10) ? up_to(1'500) : up_to(5), delivery);
    }

    void expose(std::uint64_t version) { seen_ = std::max(seen_, version); }
    Leader& leader() { return leaders_.back(); }
    std::uint64_t version_at(std::uint64_t index) const {
        return std::prev(written_.upper_bound(index))->first;
    }

    // The leaders, one after another; a deposed one goes on believing as long as its authority lets it.

    void elect() {
        ++elections;
        if (!leaders_.empty() && leader().proposed && one_in(2)) { // committed, never answered
            commit_ = leader().pending;
            written_[commit_] = true;
        }
        leaders_.emplace_back();
        leader().clock = any_clock();
        leader().last = ++commit_; // its no-op
        leader().table.lead(leaders_.size(), leader().clock.read(now_));
        keep_authority(leaders_.size());
        after(milliseconds(200) + up_to(4'000), [this, term = leaders_.size()] { fail(term); });
    }

    void keep_authority(std::size_t term) {
        if (term != leaders_.size() || failing_) return;
        leader().authority = now_ + longest_authority;
        after(milliseconds(50), [this, term] { keep_authority(term); });
    }

    /// The next is elected as soon as this one cannot be sure any more.
    void fail(std::size_t term) {
        if (term != leaders_.size()) return;
        failing_ = true;
        after(std::max(leader().authority - now_, Duration::zero()) +
                  (one_in(2) ? Duration::zero() : up_to(300)),
              [this] {
                  failing_ = false;
                  elect();
              });
    }

    // A write: announce, wait, commit.

    void write() {
        Leader& at = leader();
        if (at.pending == 0) {
            at.pending = at.last + 1;
            at.table.begin(at.pending, at.clock.read(now_));
            announce(leaders_.size(), at.pending);
        }
        after(one_in(20) ? up_to(1'500) : up_to(40), [this] { write(); });
    }

    void announce(std::size_t term, std::uint64_t index) {
        Leader& at = leaders_[term - 1];
        if (at.pending != index || term != leaders_.size()) return;
        if (at.table.may_propose(at.clock.read(now_))) {
            at.table.end();
            at.proposed = true;
            at.last = index;
            after(up_to(5), [this, term, index] { commit(term, index); });
            return;
        }
        for (const FrontendSession& who : at.table.waiting(at.clock.read(now_)))
            send([this, who, term, index] { invalidate(who, term, index); });
        after(milliseconds(10), [this, term, index] { announce(term, index); });
    }

    void commit(std::size_t term, std::uint64_t index) {
        if (term != leaders_.size()) return; // deposed: its successor has committed it, or has not
        leader().pending = 0;
        leader().proposed = false;
        commit_ = index;
        written_[index] = true;
        ++writes;
        expose(index); // the writer gets its answer
    }

    void invalidate(FrontendSession who, std::size_t term, std::uint64_t index) {
        Frontend& front = fronts_[who.frontend];
        if (front.session != who.session) return;
        if (term >= front.holding.known_term()) { // an older leader's can not be committed any more
            front.cached.reset();
            front.fence = std::max(front.fence, index);
            if (term > front.announced_term) front.announced_index = 0;
            if (term >= front.announced_term) front.announced_index = std::max(front.announced_index, index);
            front.announced_term = std::max<std::uint64_t>(front.announced_term, term);
        }
        send([this, who, term, index] { leaders_[term - 1].table.acknowledge(who, term, index); });
    }

    // The frontends.

    void restart(Frontend& front) {
        front.session = ++sessions_;
        front.holding = {};
        front.cached.reset();
        front.announced_term = front.announced_index = 0;
        ++front.registration;
    }

    void renew(Frontend& front) {
        if (one_in(60)) restart(front);
        if (one_in(60)) front.holding.lost();
        // Mostly of the leader of the day, now and then of one that was.
        const std::size_t term = one_in(8) ? 1 + dice_.below(leaders_.size()) : leaders_.size();
        const TimePoint asked_at = front.clock.read(now_);
        const FrontendSession who{front.id, front.session};
        send([this, &front, who, term, asked_at, known = front.holding.known_term()] {
            Leader& at = leaders_[term - 1];
            const TimePoint local = at.clock.read(now_);
            const bool sure = now_ < at.authority;
            const auto grant = at.table.ask(who, known, at.last, local, sure ? local + lease : local);
            if (!grant) return;
            send([this, &front, who, grant = *grant, asked_at] { granted(front, who, grant, asked_at); });
        });
        const bool live = front.holding.live(front.clock.read(now_));
        after(live ? renewal : milliseconds(20), [this, &front] { renew(front); });
    }

    void granted(Frontend& front, FrontendSession who, const LeaseGrant& grant, TimePoint asked_at) {
        if (front.session != who.session) return;
        if (!front.holding.granted(grant, asked_at, front.clock.read(now_))) return;
        ++registrations;
        ++front.registration;
        front.cached.reset();
        front.fence = grant.fence;
        // What was acknowledged in this term stays acknowledged, even if the grant is older.
        if (front.announced_term >= grant.term) front.fence = std::max(front.fence, front.announced_index);
    }

    void read(Frontend& front) {
        after(up_to(8), [this, &front] { read(front); });
        if (!front.holding.live(front.clock.read(now_))) return;
        if (front.cached) {
            ++hits;
            if (*front.cached < seen_) ++stale;
            expose(*front.cached);
        } else if (front.fence <= commit_) {
            const std::uint64_t index =
                front.fence + dice_.below(commit_ - front.fence + 1); // of any replica
            const auto before = seen_;
            after(one_in(10) ? up_to(1'500) : up_to(5),
                  [this, &front, index, before, ticket = front.registration] {
                      const std::uint64_t version = version_at(index);
                      if (version < before) ++stale;
                      expose(version);
                      if (front.registration == ticket && front.fence <= index) front.cached = version;
                  });
        }
    }

    base::Random dice_;
    Duration now_{};
    std::multimap<Duration, Task> events_;
    std::vector<Leader> leaders_; ///< of terms 1, 2, ...
    bool failing_ = false;
    std::array<Frontend, frontends> fronts_;
    std::uint64_t sessions_ = 0;
    std::uint64_t commit_ = 0;
    std::map<std::uint64_t, bool> written_{{0, true}}; ///< indexes of the key's writes
    std::uint64_t seen_ = 0; ///< newest version that a finished read or write has shown
};

TEST_CASE("no reader sees the past, whatever the network and the clocks do", "[cluster][lease]") {
    unsigned hits = 0, writes = 0, elections = 0, registrations = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        World world(seed);
        world.run(std::chrono::minutes(1));
        INFO("seed " << seed);
        REQUIRE(world.stale == 0);
        hits += world.hits;
        writes += world.writes;
        elections += world.elections;
        registrations += world.registrations;
    }
    // It would be no wonder if nothing had happened.
    CHECK(hits > 100'000);
    CHECK(writes > 10'000);
    CHECK(elections > 2'000);
    CHECK(registrations > 5'000);
}

} // namespace
} // namespace bookstore::cluster
