#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

TEST_CASE("a group forms only when every member has been heard") {
    ReplicaGroup group(3);
    group.start(0);
    group.start(1);
    group.scheduler.run_for(base::seconds(10));
    CHECK(group.engine(0).status().phase == Phase::forming);
    CHECK_THAT(group.engine(0).status().reason, Contains("10.0.0.3:3211"));
    CHECK(group.add(0, "a").error() == base::Errc::not_ready);

    group.start(2);
    REQUIRE(group.run_until_all_serve());
    CHECK(group.add(*group.leader(), "a"));
}

TEST_CASE("members that start in different ways form one group") {
    ReplicaGroup group(3);
    group.start(0, true);
    group.start(1);
    group.start(2, true);
    REQUIRE(group.run_until_all_serve());
}

TEST_CASE("--first-start=1 is refused where there is data, and changes nothing") {
    ReplicaGroup group(1);
    group.start(0, true);
    REQUIRE(group.run_until_leader());
    REQUIRE(group.add(0, "a"));
    group.crash(0);
    const auto writes = group[0].disks.log.writes;
    CHECK_THROWS_WITH(group.start(0, true), Contains("holds data already"));
    CHECK(group[0].disks.log.writes == writes);

    group.start(0);
    REQUIRE(group.run_until_leader());
    CHECK(group.machine(0).value("a") == 1);
}

TEST_CASE("--first-start=0 on an empty directory never forms a group") {
    ReplicaGroup group(3);
    group.start(0);
    group.start(1, false);
    group.start(2);
    group.scheduler.run_for(base::seconds(20));
    CHECK(group.engine(1).status().phase == Phase::joining);
    CHECK_THAT(group.engine(1).status().reason, Contains("--first-start=0"));
    CHECK(group.engine(0).status().phase == Phase::forming);
    CHECK_FALSE(group.leader());

    SECTION("and forms one when it is started without it") {
        group.crash(1);
        group.start(1);
        CHECK(group.run_until_all_serve());
    }
    SECTION("alone neither") {
        ReplicaGroup one(1);
        one.start(0, false);
        one.scheduler.run_for(base::seconds(20));
        CHECK_FALSE(one.leader());
    }
}

TEST_CASE("--first-start=0 where there is data resumes") {
    ReplicaGroup group(1);
    group.start(0);
    REQUIRE(group.run_until_leader());
    REQUIRE(group.add(0, "a"));
    group.crash(0);
    group.start(0, false);
    REQUIRE(group.run_until_leader());
    CHECK(group.machine(0).value("a") == 1);
}

TEST_CASE("crashes while a group forms leave one group") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        ReplicaGroup group(3, seed);
        base::Random dice(seed);
        group.start_all();
        for (unsigned crashes = 0; crashes < 6; ++crashes) {
            const auto slot = static_cast<unsigned>(dice.below(3));
            group.crash(slot, Crash::power_cut);
            group.scheduler.run_for(base::milliseconds(dice.below(12)));
            group.start(slot);
            group.scheduler.run_for(base::milliseconds(dice.below(12)));
        }
        REQUIRE(group.run_until_all_serve());
        for (unsigned slot = 0; slot < 3; ++slot)
            CHECK(group.engine(slot).status().voter);
        CHECK(group.add(*group.leader(), "a"));
    }
}

TEST_CASE("a group forms when all have heard of all, and not from what one said long ago") {
    ReplicaGroup group(3);
    group.start(0);
    group.start(2);
    group.scheduler.run_for(base::seconds(1));
    group.isolate(2);
    group.start(1);
    group.scheduler.run_for(base::seconds(5));
    CHECK(group.engine(0).status().phase == Phase::forming);
    CHECK(group.engine(1).status().phase == Phase::forming);

    group.crash(1); // and its disk is lost: who heard of it must not count on it
    group.lose_disk(1);
    group.start(1);
    group.network.mend_all();
    REQUIRE(group.run_until_all_serve());
    for (unsigned slot = 0; slot < 3; ++slot)
        CHECK(group.engine(slot).status().voter);
}

TEST_CASE("--first-start=1 on an empty directory is fatal where the group exists") {
    ReplicaGroup group(3);
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    const auto lost = (*group.leader() + 1) % 3;
    group.crash(lost);
    group.lose_disk(lost);
    group.start(lost, true);
    REQUIRE(group.run([&] { return group[lost].fatal.has_value(); }));
    CHECK_THAT(*group[lost].fatal, Contains("--first-start=0"));
    CHECK(group.engine(lost).status().phase == Phase::failed);
    CHECK(group.add(*group.leader(), "a"));

    // The disk is as new: started as it said, it joins.
    group.crash(lost);
    group.start(lost, false);
    CHECK(group.run_until_serving(lost));
}

TEST_CASE("replicas that are configured differently do not form a group") {
    ReplicaGroup group(2);
    group.start(0);
    SECTION("another group") {
        group.options.group = "others";
    }
    SECTION("another number of members") {
        group.options.members.push_back({{"10.0.0.9", 3211}, false});
    }
    group.start(1);
    group.scheduler.run_for(base::seconds(5));
    CHECK(group.engine(0).status().phase == Phase::forming);
    CHECK(group.engine(1).status().phase == Phase::forming);
}

TEST_CASE("a formed group's replica refuses another number of members") {
    ReplicaGroup group(1);
    group.start(0);
    REQUIRE(group.run_until_leader());
    group.crash(0);
    group.options.members.push_back({{"10.0.0.9", 3211}, false});
    CHECK_THROWS_WITH(group.start(0), Contains("names 2 members"));
}

TEST_CASE("a data directory of another slot is refused") {
    ReplicaGroup group(2);
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    group.crash(0);
    group.crash(1);
    std::swap(group[0].disks, group[1].disks);
    CHECK_THROWS_WITH(group.start(0), Contains("that of replica 1"));
}
