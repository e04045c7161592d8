// A disk that fails: the replica latches, says so, and steps aside.
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

namespace {

struct Serving : ReplicaGroup {
    Serving() : ReplicaGroup(3) {
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
    }
    unsigned first = 0;
};

} // namespace

TEST_CASE("a leader whose log write fails steps aside for good") {
    Serving group;
    REQUIRE(group.add(group.first, "a"));
    group[group.first].disks.log.writes_left = 0;
    const auto appended = group.propose(group.first, "a", base::seconds(30));
    group.scheduler.run_for(base::milliseconds(1));
    const auto outcome = group.wait(appended);
    CHECK(outcome.error() == base::Errc::storage_failed);

    const auto status = group.engine(group.first).status();
    CHECK(status.phase == Phase::failed);
    CHECK_THAT(status.reason, Contains("disk I/O error"));
    CHECK_FALSE(group.engine(group.first).leading());
    CHECK(group.add(group.first, "a").error() == base::Errc::not_ready);
    CHECK(group.read(group.first).error() == base::Errc::not_ready);

    // The others go on, and it writes nothing more, whatever the disk would do.
    REQUIRE(group.run_until_leader(group.first));
    const auto writes = group[group.first].disks.log.writes;
    group[group.first].disks.log.writes_left.reset();
    REQUIRE(group.add(*group.leader(), "a"));
    group.scheduler.run_for(base::seconds(5));
    CHECK(group[group.first].disks.log.writes == writes);
    CHECK(group.engine(group.first).status().phase == Phase::failed);

    // A new process on a repaired disk is a member as before.
    group.crash(group.first, Crash::power_cut);
    group.start(group.first);
    CHECK(group.run_until_serving(group.first));
    CHECK(group.engine(group.first).status().voter);
}

TEST_CASE("a follower whose log write fails does not acknowledge") {
    Serving group;
    for (unsigned slot = 0; slot < 3; ++slot) {
        if (slot != group.first) group[slot].disks.log.writes_left = 0;
    }
    CHECK_FALSE(group.add(group.first, "a"));
    for (unsigned slot = 0; slot < 3; ++slot) {
        if (slot != group.first) CHECK(group.engine(slot).status().phase == Phase::failed);
    }
    CHECK_FALSE(group.leader());
}

TEST_CASE("a state that cannot be written is final too") {
    Serving group;
    REQUIRE(group.run_until_stored());
    group[group.first].disks.state.broken = true;
    REQUIRE(group.add(group.first, "a")); // durable in the log of a majority all the same
    REQUIRE(group.run([&] { return group.engine(group.first).status().phase == Phase::failed; }));
    CHECK_THAT(group.engine(group.first).status().reason, Contains("state.db"));
    REQUIRE(group.run_until_leader(group.first));
    CHECK(group.add(*group.leader(), "a")->outcome == "2");
}

TEST_CASE("a follower's slow disk does not hold up the others") {
    Serving group;
    group[(group.first + 1) % 3].process->log_worker.set_latency(base::seconds(5));
    const auto before = group.scheduler.now();
    REQUIRE(group.add(group.first, "a"));
    CHECK(group.scheduler.now() - before < base::milliseconds(20));
}

TEST_CASE("a leader whose disk is stuck does not stay the leader") {
    Serving group;
    group[group.first].process->log_worker.set_latency(base::seconds(3'600));
    const auto stuck = group.propose(group.first, "a", base::seconds(30));
    REQUIRE(group.run_until_leader(group.first));
    CHECK(group.add(*group.leader(), "a"));
    CHECK(base::outcome_is_unknown(group.wait(stuck).error()));
}

TEST_CASE("on_change tells of every phase") {
    Serving group;
    std::vector<Phase> phases;
    group.engine(group.first).on_change([&](const replication::Status& status) {
        phases.push_back(status.phase);
    });
    group[group.first].disks.log.writes_left = 0;
    group.propose(group.first, "a");
    group.scheduler.run_for(base::seconds(1));
    REQUIRE_FALSE(phases.empty());
    CHECK(phases.back() == Phase::failed);
}
