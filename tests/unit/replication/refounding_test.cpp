// A majority is lost for good, and one replica begins the group anew; on virtual time.
#include <bookstore/replication/refounding.hpp>

#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

namespace {

struct Refounded : ReplicaGroup {
    explicit Refounded(unsigned count = 3) : ReplicaGroup(count) {
        start_all();
        REQUIRE(run_until_all_serve());
        REQUIRE(add(*leader(), "a"));
        REQUIRE(run_until_stored());
    }

    void crash_all() {
        for (unsigned slot = 0; slot < options.members.size(); ++slot)
            crash(slot);
    }

    /// What `bookstorectl recover` does to the disk of a replica that does not run.
    void refound(unsigned slot) {
        auto& log = (*this)[slot].disks.log;
        const auto former = replication::decode_identity(log.content.metadata);
        REQUIRE(former);
        base::Random random(1'000 + slot);
        MemoryLog(log).write(replication::refound(*former, log.content, random).write);
    }

    bool run_until_voter(unsigned slot) {
        return run([this, slot] {
            const auto status = engine(slot).status();
            return status.voter && status.phase == Phase::serving;
        });
    }
    bool run_until_failed(unsigned slot) {
        return run([this, slot] { return engine(slot).status().phase == Phase::failed; });
    }
};

} // namespace

TEST_CASE("one replica of three goes on alone, and the others join it empty and get their votes") {
    Refounded group;
    const bool config_in_log = GENERATE(false, true);
    if (config_in_log) { // who counts stands in the log then, and not in the identity
        group.crash(2);
        group.lose_disk(2);
        group.start(2, false);
        REQUIRE(group.run_until_voter(2));
    }
    REQUIRE(group.add(*group.leader(), "a"));
    group.scheduler.run_for(base::seconds(1));
    group.crash_all();
    group.lose_disk(1);
    group.lose_disk(2);
    group.refound(0);

    group.start(0);
    REQUIRE(group.run_until_leader());
    CHECK(group.machine(0).value("a") == 2);
    CHECK(group.add(0, "a"));
    group.start(1, false);
    group.start(2);
    REQUIRE(group.run_until_voter(1));
    REQUIRE(group.run_until_voter(2));
    REQUIRE(group.add(0, "a"));
    group.crash(0); // any one may go again
    REQUIRE(group.run_until_leader());
    CHECK(group.machine(*group.leader()).value("a") == 4);
    CHECK(group.add(*group.leader(), "a"));
}

TEST_CASE("what only the replica that is left had written is kept: it may have been acknowledged") {
    Refounded group;
    const auto leader = *group.leader();
    for (unsigned slot = 0; slot < 3; ++slot)
        if (slot != leader) group.crash(slot);
    const auto pending = group.propose(leader, "tail");
    group.scheduler.run_for(base::milliseconds(50));
    CHECK_FALSE(pending->has_value());
    group.crash(leader);
    group.refound(leader);
    group.start(leader);
    REQUIRE(group.run_until_leader());
    CHECK(group.machine(leader).value("tail") == 1);
}

TEST_CASE("a former member that comes back with its data is refused, told why, and remembers") {
    Refounded group;
    group.crash_all();
    group.refound(0);
    group.start(0);
    REQUIRE(group.run_until_leader());
    group.start(1);
    REQUIRE(group.run_until_failed(1));
    CHECK_THAT(group.engine(1).status().reason, Contains("refounded without this replica (generation 1"));
    CHECK(group.run_until_serving(0));

    group.crash(1);
    group.isolate(1);
    group.start(1);
    CHECK(group.engine(1).status().phase == Phase::failed);
    CHECK_THAT(group.engine(1).status().reason, Contains("--first-start=0"));

    group.network.mend_all();
    group.crash(1);
    group.lose_disk(1);
    group.start(1, false);
    CHECK(group.run_until_voter(1));
}

TEST_CASE("a former majority that comes back stops as soon as it hears of the group it has become") {
    Refounded group;
    group.crash_all();
    group.refound(0);
    group.start(0);
    REQUIRE(group.run_until_leader());
    group.start(1);
    group.start(2);
    CHECK(group.run_until_failed(1));
    CHECK(group.run_until_failed(2));
    REQUIRE(group.run_until_leader());
    CHECK(group.leader() == 0u);
    CHECK(group.add(0, "a"));
}

TEST_CASE("a newcomer that had heard of the former group only joins the one that has taken its place") {
    Refounded group;
    group.crash_all();
    group.lose_disk(2);
    group.start(1);
    group.start(2, false);
    REQUIRE(group.run([&] { return group.engine(2).status().reason == "no leader"; })); // it knows that group
    group.crash(1);
    SECTION("while it runs") {}
    SECTION("when it is started again") {
        group.crash(2);
        group.start(2);
    }
    group.refound(0);
    group.start(0);
    REQUIRE(group.run_until_voter(2));
    CHECK(group.engine(2).status().generation == 1);
    CHECK(group.add(0, "a"));
    group.crash(2); // and knows it for good
    group.start(2);
    CHECK(group.run_until_voter(2));
}

TEST_CASE("a replica that was refounded in error gives way to the majority that lives") {
    Refounded group;
    SECTION("which was out of reach, and goes on selling when it is back") {
        const unsigned alone = (*group.leader() + 1) % 3;
        group.isolate(alone);
        group.crash(alone);
        group.refound(alone);
        group.start(alone);
        REQUIRE(group.run([&] { return group.engine(alone).leading(); }));
        group.network.mend_all();
        REQUIRE(group.run([&] { return group[alone].fatal.has_value(); }));
        CHECK_THAT(*group[alone].fatal, Contains("that group lives"));
    }
    SECTION("which is itself a group that was refounded, and has been joined") {
        group.crash_all();
        group.refound(0);
        group.lose_disk(2);
        group.start(0);
        group.start(2, false);
        REQUIRE(group.run_until_voter(2));
        group.refound(1);
        group.refound(1);
        group.start(1);
        REQUIRE(group.run([&] { return group[1].fatal.has_value(); }));
    }
    REQUIRE(group.run_until_leader());
    CHECK(group.add(*group.leader(), "a"));
}

TEST_CASE("of two that were both made the first replica, who has nobody else gives way") {
    Refounded group;
    group.crash_all();
    group.refound(0);
    group.refound(1);
    SECTION("both, when neither has") {
        group.start(0);
        group.start(1);
        REQUIRE(group.run([&] { return group[0].fatal && group[1].fatal; }));
        CHECK_THAT(*group[0].fatal, Contains("one of us must lose its data"));
    }
    SECTION("the second, when the first has been joined") {
        group.lose_disk(2);
        group.start(0);
        group.start(2, false);
        REQUIRE(group.run_until_voter(2));
        group.start(1);
        REQUIRE(group.run([&] { return group[1].fatal.has_value(); }));
        CHECK(group.run_until_serving(0));
        CHECK(group.add(*group.leader(), "a"));
    }
}

TEST_CASE("a state without a log, as from a backup, is a group of one that others join") {
    Refounded group;
    const auto position = group[0].disks.state.written.position;
    REQUIRE(position.index > 0);
    group.crash_all();
    const auto state = group[0].disks.state;
    for (unsigned slot = 0; slot < 3; ++slot)
        group.lose_disk(slot);
    group[0].disks.state = state;
    base::Random random(1);
    MemoryLog(group[0].disks.log).write(replication::found_behind(position, 0, 0, 3, random).write);
    group.start_all();
    REQUIRE(group.run_until_voter(1));
    REQUIRE(group.run_until_voter(2));
    CHECK(group.machine(2).value("a") == 1);
    CHECK(group.add(*group.leader(), "a"));
}
