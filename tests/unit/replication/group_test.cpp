#include "support/catch_result.hpp"

#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Phase;

TEST_CASE("a group of one forms by itself, applies, and resumes from its disk") {
    ReplicaGroup group(1);
    group.start(0);
    REQUIRE(group.run_until_leader());
    const auto first = group.add(0, "a");
    REQUIRE(first);
    CHECK(first->outcome == "1");
    CHECK(group.engine(0).applied() >= first->version);
    CHECK(group.engine(0).status().phase == Phase::serving);

    group.crash(0, Crash::power_cut);
    group.start(0);
    REQUIRE(group.run_until_leader());
    const auto second = group.add(0, "a");
    REQUIRE(second);
    CHECK(second->outcome == "2");
    CHECK(second->version > first->version);
}

TEST_CASE("three replicas form a group and replicate") {
    ReplicaGroup group(3);
    group.start_all();
    REQUIRE(group.run_until_leader());
    REQUIRE(group.run_until_all_serve());
    const auto leader = *group.leader();
    const auto added = group.add(leader, "a");
    REQUIRE(added);
    for (unsigned slot = 0; slot < 3; ++slot) {
        CAPTURE(slot);
        REQUIRE(group.run_until_applied(slot, added->version));
        CHECK(group.machine(slot).value("a") == 1);
        CHECK(group.engine(slot).status().digest == group.engine(leader).status().digest);
        CHECK(group.engine(slot).status().leader_slot == leader);
    }
}
