// A disk that is slow: judged by its writes, and left by the leader for a better one.
#include "replication/slow_disk.hpp"
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using base::milliseconds;
using Catch::Contains;

namespace {

/// A mark of 150 ms and a patience of 300.
struct Judged {
    void write(milliseconds takes) {
        pace.began(now);
        now += takes;
        pace.ended(now);
    }
    void write(int times, milliseconds takes) {
        for (int i = 0; i < times; ++i)
            write(takes);
    }
    bool slow() const { return pace.slow(now); }

    replication::SlowDisk pace{milliseconds(150), milliseconds(300)};
    base::TimePoint now{base::seconds(1'000)};
};

struct Disks : ReplicaGroup {
    explicit Disks(unsigned count = 3) : ReplicaGroup(count) {
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
        REQUIRE(add(first, "a"));
    }
    void slow_down(unsigned slot, milliseconds write) {
        (*this)[slot].process->log_worker.set_latency(write);
    }
    bool slow(unsigned slot) { return !engine(slot).status().slowness.empty(); }
    unsigned after_first(unsigned steps) const {
        return (first + steps) % static_cast<unsigned>(options.members.size());
    }
    /// Somebody buys all the time, of whoever leads.
    void load(base::Duration time) {
        const auto end = scheduler.now() + time;
        while (scheduler.now() < end) {
            if (const auto now = leader(); now && !pending(*now)) under_way[*now] = propose(*now, "a");
            scheduler.run_for(milliseconds(10));
            if (leader() && leader() != last_seen) {
                last_seen = leader();
                ++leaders;
            }
        }
    }
    bool pending(unsigned slot) {
        const auto found = under_way.find(slot);
        return found != under_way.end() && !found->second->has_value();
    }

    unsigned first = 0;
    std::map<unsigned, std::shared_ptr<std::optional<Outcome>>> under_way;
    std::optional<unsigned> last_seen;
    int leaders = 0; ///< changes seen by load()
};

} // namespace

TEST_CASE("one write that hangs does not make a disk slow once it has ended, three do") {
    Judged disk;
    disk.write(10, milliseconds(2));
    disk.write(milliseconds(5'000));
    CHECK_FALSE(disk.slow());
    disk.write(2, milliseconds(5'000));
    CHECK(disk.slow());
}

TEST_CASE("writes that usually take longer than the mark make a disk slow, those a little below do not") {
    Judged disk;
    disk.write(100, milliseconds(140));
    CHECK_FALSE(disk.slow());
    disk.write(20, milliseconds(160));
    CHECK(disk.slow());
    CHECK(disk.pace.usual(disk.now) > milliseconds(150));
}

TEST_CASE("a disk is taken for slow until its writes are well below the mark") {
    Judged disk;
    disk.write(20, milliseconds(200));
    disk.write(100, milliseconds(100));
    CHECK(disk.slow());
    disk.write(20, milliseconds(60));
    CHECK_FALSE(disk.slow());
}

TEST_CASE("a write under way makes a disk slow when patience ends, and only while it lasts") {
    Judged disk;
    disk.write(10, milliseconds(2));
    disk.pace.began(disk.now);
    CHECK_FALSE(disk.pace.slow(disk.now + milliseconds(299)));
    CHECK(disk.pace.slow(disk.now + milliseconds(300)));
    CHECK(disk.pace.usual(disk.now + milliseconds(700)) == milliseconds(700));
    disk.pace.ended(disk.now + milliseconds(700));
    CHECK_FALSE(disk.pace.slow(disk.now + milliseconds(700)));
}

TEST_CASE("what was a minute ago is forgotten") {
    Judged disk;
    disk.write(20, milliseconds(500));
    CHECK(disk.pace.slow(disk.now + base::seconds(59)));
    CHECK_FALSE(disk.pace.slow(disk.now + base::seconds(61)));
    disk.now += base::seconds(61);
    disk.write(milliseconds(5'000));
    CHECK_FALSE(disk.slow()); // counts as a first one
}

TEST_CASE("a leader whose disk is slow hands over to one whose disk is not, and says why") {
    Disks group;
    group.slow_down(group.first, milliseconds(200));
    group.load(base::seconds(5));
    REQUIRE(group.leader());
    const auto next = *group.leader();
    CHECK(next != group.first);
    CHECK(group.slow(group.first));
    CHECK_THAT(group.engine(group.first).status().slowness, Contains("a write to the log takes"));
    CHECK(group.engine(group.first).status().phase == replication::Phase::serving);
    CHECK_THAT(group[group.first].process->metrics.expose(),
               Contains("bookstored_log_slow{group=\"counters\"} 1"));
    group.load(base::seconds(60));
    CHECK(group.leader() == next); // and it stays
    group.slow_down(group.first, milliseconds(2));
    group.load(base::seconds(2));
    CHECK_FALSE(group.slow(group.first));
    CHECK(group.leader() == next); // no reason to go back
}

TEST_CASE("a leader whose disk hangs hands over within two election time-outs, though nothing has ended") {
    Disks group;
    group.slow_down(group.first, base::seconds(30));
    const auto hung = group.propose(group.first, "a");
    const auto before = group.scheduler.now();
    REQUIRE(group.run_until_leader(group.first));
    CHECK(group.scheduler.now() - before < 2 * group.options.election_timeout);
    CHECK(group.add(*group.leader(), "b"));
}

TEST_CASE("a leader hands over to none whose disk is slow, too") {
    Disks group;
    const auto slow = group.after_first(1);
    const auto fast = group.after_first(2);
    group.slow_down(slow, milliseconds(200));
    group.load(base::seconds(5));
    CHECK(group.slow(slow));
    CHECK(group.leader() == group.first); // a slow follower holds up nobody
    group.slow_down(group.first, milliseconds(200));
    group.load(base::seconds(5));
    CHECK(group.leader() == fast);
}

TEST_CASE("a follower whose disk hangs falls behind: it says so, and is ready again when that is over") {
    Disks group;
    const auto hung = group.after_first(1);
    group.slow_down(hung, base::seconds(5));
    REQUIRE(group.add(group.first, "a"));
    REQUIRE(group.run([&] { return group.engine(hung).status().phase == replication::Phase::resyncing; }));
    CHECK_THAT(group.engine(hung).status().reason, Contains("its disk is slow"));
    group.slow_down(hung, milliseconds(2));
    REQUIRE(group.run_until_serving(hung));
    CHECK(group.machine(hung).value("a") == 2);
}

TEST_CASE("where all disks are slow nobody hands over") {
    Disks group;
    for (unsigned slot = 0; slot < 3; ++slot)
        group.slow_down(slot, milliseconds(200));
    group.load(base::seconds(5)); // who is found to be slow first may still try
    const auto before = group.leaders;
    group.load(base::seconds(60));
    CHECK(group.leaders == before);
    CHECK(group.add(*group.leader(), "b"));
}
