// What is verified at rest, and what becomes of a replica when it is not right.
#include <set>

#include "replication/scrubber.hpp"
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;
using storage::Scrubbed;

namespace {

struct Walks {
    explicit Walks(replication::Scrubber::Pace pace, std::uint64_t seed = 1)
        : random(seed),
          scrubber("test", "state", pace, worker, scheduler, random, metrics,
                   {[this](std::size_t bytes) { return read(bytes); }, [this] { ++verified; },
                    [this](const std::string& cause) { found.push_back(cause); },
                    [this] { return postponed; }}) {
        scrubber.start();
    }
    Scrubbed read(std::size_t bytes) {
        ++pieces;
        if (!damage.empty()) throw storage::Damaged(damage);
        if (unreadable) throw std::runtime_error("state.db: no such file");
        at += bytes;
        if (at < store_bytes) return {bytes, false};
        at = 0;
        return {bytes, true};
    }

    VirtualScheduler scheduler;
    VirtualWorker worker{scheduler, base::milliseconds(3)};
    base::Random random;
    base::Metrics metrics;
    std::size_t store_bytes = 10u << 20;
    std::size_t at = 0;
    int pieces = 0;
    int verified = 0;
    bool postponed = false;
    bool unreadable = false;
    std::string damage;
    std::vector<std::string> found;
    replication::Scrubber scrubber;
};

struct Resting : ReplicaGroup {
    explicit Resting(unsigned count = 3) : ReplicaGroup(count) {
        options.scrub_every = base::seconds(5);
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
        other = (first + 1) % count;
        for (int i = 0; i < 10; ++i)
            REQUIRE(add(first, "a"));
        REQUIRE(run_until_stored());
    }
    void rot_state(unsigned slot) {
        (*this)[slot].disks.state.written.rows.at({0, "a"}).at(1) = std::int64_t{1'000};
    }
    void rot_log(unsigned slot) { (*this)[slot].disks.log.damage = "step 7 is not what was written"; }
    bool stored_right(unsigned slot) {
        return (*this)[slot].disks.state.written.rows.at({0, "a"}).at(1) == base::Value(std::int64_t{10});
    }
    bool steps_aside(unsigned slot, base::Duration within = base::seconds(40)) {
        return run([this, slot] { return (*this)[slot].fatal.has_value(); }, within);
    }

    bool taken_anew(unsigned slot) {
        return engine(slot).status().reason.find("damaged on its disk") != std::string::npos;
    }

    unsigned first = 0;
    unsigned other = 0;
};

} // namespace

TEST_CASE("a store is read no faster than it may be, and once in a while") {
    Walks walks({1u << 20, base::seconds(3'600)});
    REQUIRE(walks.scheduler.run_until([&] { return walks.pieces > 0; }, base::seconds(3'660)));
    walks.scheduler.run_for(base::seconds(8));
    CHECK(walks.pieces > 20);
    CHECK(walks.verified == 0); // 10 MiB at 1 MiB a second
    walks.scheduler.run_for(base::seconds(6));
    CHECK(walks.verified == 1);
    const auto pieces = walks.pieces;
    CHECK(pieces <= 41); // of 256 KiB at most
    walks.scheduler.run_for(base::seconds(3'500));
    CHECK(walks.pieces == pieces);
    walks.scheduler.run_for(base::seconds(200));
    CHECK(walks.verified == 2);
    CHECK_THAT(walks.metrics.expose(),
               Contains("bookstored_scrub_bytes_total{group=\"test\",part=\"state\"}"));
}

TEST_CASE("the first walk begins a minute after the start or anywhere in the period after that") {
    std::set<int> minutes;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Walks walks({1u << 20, base::seconds(3'600)}, seed);
        walks.scheduler.run_for(base::seconds(59));
        REQUIRE(walks.pieces == 0);
        int minute = 0;
        for (; walks.pieces == 0 && minute <= 61; ++minute)
            walks.scheduler.run_for(base::seconds(60));
        CHECK(minute <= 61);
        minutes.insert(minute);
    }
    CHECK(minutes.size() > 10);
    CHECK(*minutes.begin() < 20);
    CHECK(*minutes.rbegin() > 40);
}

TEST_CASE("a store is not verified where that is switched off") {
    Walks walks({0, base::seconds(1)});
    walks.scheduler.run_for(base::seconds(3'600));
    CHECK(walks.pieces == 0);
}

TEST_CASE("damage is told at each walk that finds it; what merely cannot be read is no damage") {
    Walks walks({1u << 20, base::seconds(100)});
    walks.damage = "page 7";
    REQUIRE(walks.scheduler.run_until([&] { return walks.found.size() == 2; }, base::seconds(300)));
    CHECK(walks.found == std::vector<std::string>{"page 7", "page 7"});
    CHECK_THAT(walks.metrics.expose(), Contains("bookstored_scrub_damaged{group=\"test\",part=\"state\"} 1"));
    walks.damage.clear();
    walks.unreadable = true;
    walks.scheduler.run_for(base::seconds(100));
    walks.unreadable = false;
    walks.scheduler.run_for(base::seconds(200));
    CHECK(walks.found.size() == 2);
    CHECK(walks.verified >= 1);
    CHECK_THAT(walks.metrics.expose(), Contains("bookstored_scrub_damaged{group=\"test\",part=\"state\"} 0"));
}

TEST_CASE("a store that is being replaced is let alone, and verified afterwards") {
    Walks walks({1u << 20, base::seconds(10)});
    walks.postponed = true;
    walks.scheduler.run_for(base::seconds(100));
    CHECK(walks.pieces == 0);
    walks.postponed = false;
    walks.scheduler.run_for(base::seconds(11));
    CHECK(walks.verified == 1);
}

TEST_CASE("a state that has rotted on a disk is taken anew from another replica") {
    Resting group;
    const auto slot = GENERATE(0u, 1u, 2u); // one of them leads
    group.rot_state(slot);
    REQUIRE(group.run([&] { return group.taken_anew(slot); }, base::seconds(40)));
    CHECK(group.engine(slot).status().phase == Phase::resyncing);
    REQUIRE(group.run_until_serving(slot));
    CHECK(group.stored_right(slot));
    CHECK(group.machine(slot).value("a") == 10);
    CHECK(group.engine(slot).status().voter);
}

TEST_CASE("a replica tells when all that it has at rest was last found right") {
    Resting group;
    CHECK_FALSE(group.engine(0).status().state_verified);
    CHECK_FALSE(group.engine(0).status().log_verified);
    const auto began = group.scheduler.wall_now();
    REQUIRE(group.run([&] {
        const auto status = group.engine(0).status();
        return status.state_verified >= began && status.log_verified >= began;
    }));
}

TEST_CASE("a group of one whose state has rotted goes on from memory, and says so") {
    Resting group(1);
    group.rot_state(0);
    REQUIRE(group.run([&] { return !group.engine(0).status().damage.empty(); }));
    CHECK_THAT(group.engine(0).status().damage, Contains("no other replica"));
    CHECK(group.engine(0).status().phase == Phase::serving);
    CHECK(group.add(0, "a")->outcome == "11"); // which has written that row anew
    CHECK(group.run([&] { return group.engine(0).status().damage.empty(); }));
}

TEST_CASE("a replica whose log has rotted steps aside, and joins anew when it is started again") {
    Resting group;
    const auto slot = GENERATE(0u, 1u, 2u);
    group.rot_log(slot);
    REQUIRE(group.steps_aside(slot));
    CHECK_THAT(*group[slot].fatal, Contains("step 7"));
    REQUIRE(group.run_until_leader(slot));
    group.crash(slot);
    group.start(slot);
    CHECK(group.engine(slot).status().phase == Phase::joining);
    REQUIRE(group.run_until_serving(slot));
    REQUIRE(group.run([&] { return group.engine(slot).status().voter; }));
    CHECK(group.machine(slot).value("a") == 10);
}

TEST_CASE("a replica whose log has rotted stays while the others cannot do without it") {
    Resting group;
    const auto third = (group.first + 2) % 3;
    group.crash(third);
    group.rot_log(group.other);
    CHECK_FALSE(group.steps_aside(group.other, base::seconds(60)));
    CHECK_THAT(group.engine(group.other).status().damage, Contains("step 7"));
    CHECK(group.add(*group.leader(), "a"));
    group.start(third);
    CHECK(group.steps_aside(group.other));
    CHECK(group.run_until_leader(group.other));
}

TEST_CASE(
    "of two replicas whose logs have rotted together, the second waits until the first is whole again") {
    Resting group;
    const auto third = (group.first + 2) % 3;
    const auto gone = [&](unsigned slot) { return group[slot].fatal.has_value(); };
    group.rot_log(group.other);
    group.rot_log(third);
    REQUIRE(group.run([&] { return gone(group.other) || gone(third); }));
    const auto earlier = gone(group.other) ? group.other : third;
    const auto later = gone(group.other) ? third : group.other;
    CHECK_FALSE(group.steps_aside(later, base::seconds(60)));
    REQUIRE(group.add(*group.leader(), "a"));

    group.crash(earlier);
    group.start(earlier);
    REQUIRE(group.steps_aside(later));
    REQUIRE(group.engine(earlier).status().voter);
    REQUIRE(group.add(*group.leader(), "a"));
    group.crash(later);
    group.start(later);
    REQUIRE(group.run([&] { return group.engine(later).status().voter; }));
    REQUIRE(group.run_until_all_serve());
    for (unsigned slot = 0; slot < 3; ++slot) {
        CHECK(group.run([&] { return group.machine(slot).value("a") == 12; }));
    }
}

TEST_CASE("of two states that have rotted together, one is taken anew after the other") {
    Resting group;
    const auto spared = GENERATE(0u, 1u, 2u);
    for (unsigned slot = 0; slot < 3; ++slot) {
        if (slot != spared) group.rot_state(slot);
    }
    const auto mended = [&] {
        int fenced = 0;
        for (unsigned slot = 0; slot < 3; ++slot)
            fenced += group.taken_anew(slot) ? 1 : 0;
        CHECK(fenced <= 1);
        return group.stored_right((spared + 1) % 3) && group.stored_right((spared + 2) % 3) && fenced == 0;
    };
    REQUIRE(group.run(mended, base::seconds(120)));
    REQUIRE(group.run_until_leader());
    REQUIRE(group.add(*group.leader(), "a"));
    for (unsigned slot = 0; slot < 3; ++slot)
        CHECK(group.run([&] { return group.machine(slot).value("a") == 11; }));
}

TEST_CASE("states that have rotted everywhere are served from memory, by all but one") {
    Resting group;
    for (unsigned slot = 0; slot < 3; ++slot)
        group.rot_state(slot);
    const auto fenced = [&] {
        int count = 0;
        for (unsigned slot = 0; slot < 3; ++slot)
            count += group.taken_anew(slot) ? 1 : 0;
        return count;
    };
    for (int second = 0; second < 60; ++second) {
        group.scheduler.run_for(base::seconds(1));
        CHECK(fenced() <= 1); // let go before whoever let it go knew of its own damage
    }
    CHECK(group.run_until_leader());
    CHECK(group.read(*group.leader()));
    CHECK_THAT(group.engine(*group.leader()).status().damage, Contains("as soon as the leader lets it"));
}
