// Leaving a group: who was removed, and who removes itself (4.2.2).
#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

namespace {

using Kind = Change::Kind;
using Nodes = std::vector<int>;

} // namespace

TEST_CASE("a leader that removes itself leads until that is committed, and then names a successor",
          "[change]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(3);
    group.change(1, Kind::remove, 1);
    const auto index = group.raft(1).last_index();
    CHECK(group.leads(1));

    SECTION("its own copy does not count") {
        group.deliver_only(to(2));
        CHECK(group.raft(2).last_index() == index);
        group.deliver();
        CHECK(group.raft(1).commit_index() < index);
        CHECK(group.leads(1));
    }
    SECTION("and it goes at once when the others have it") {
        group.heal();
        group.pass(2 * heartbeat_interval);
        CHECK_FALSE(group.leads(1));
        CHECK(group.leader() != 0);
        CHECK(group.voters(group.leader()) == Nodes{2, 3});
        group.pass(10s);
        CHECK(group.leader() != 1);
        CHECK(group.raft(group.leader()).term() == Term{2}); // nobody had to be deposed again
    }
}

TEST_CASE("who was removed is told, and disturbs nobody meanwhile", "[change]") {
    Group group(4);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(4);
    group.change(1, Kind::remove, 4);
    group.pass(21 * election_timeout);
    REQUIRE(group.leads(1));
    const auto term = group.raft(1).term();
    CHECK(group.voters(4) == Nodes{1, 2, 3, 4}); // it has not heard of it
    CHECK(group.raft(1).peers().size() == 2);    // the leader told it for as long as for any guest

    group.heal();
    REQUIRE(group.run_until([&] { return group.voters(4) == Nodes{1, 2, 3}; }, 5s));
    CHECK(group.run_until([&] { return group.raft(4).commit_index() >= group.raft(4).configuration_index(); },
                          1s));
    CHECK(group.raft(4).ever_member());
    group.pass(5s);
    CHECK(group.raft(1).term() == term);
    CHECK(group.leads(1));
}

TEST_CASE("who was removed is still needed while that is not committed, and stands", "[change]") {
    // 1 removes 2 and dies before its own disk has it: only 2 does, which counts itself out by then.
    Group group(2);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.stall_disk(1);
    group.change(1, Kind::remove, 2);
    group.deliver_only(to(2));
    REQUIRE(group.voters(2) == Nodes{1});
    const auto index = group.raft(2).last_index();
    group.crash(1);
    group.wire.clear();
    group.restart(1);
    REQUIRE(group.raft(1).last_index() < index);
    REQUIRE(group.voters(1) == Nodes{1, 2}); // it cannot win: the log of the other, whom it needs, is longer
    REQUIRE(group.run_until([&] { return group.raft(1).commit_index() > index; }, 10s));
    CHECK(group.leads(1));
    CHECK(group.voters(1) == Nodes{1});
}

TEST_CASE("who was made the only voter waits for the lease of the leader that did it", "[change]") {
    Group group(2);
    group.elect(1);
    group.pass(2 * heartbeat_interval);
    group.change(1, Kind::remove, 1);
    group.deliver_only(to(2));
    group.drop(from(2)); // 1 does not hear that it is committed, and leads on
    REQUIRE(group.voters(2) == Nodes{2});
    REQUIRE(group.leads(1));
    group.crash(2);
    group.restart(2);
    group.cut_both(1, 2);
    group.pass(1ms);
    REQUIRE(group.raft(1).lease_until() > group.now);
    CHECK_FALSE(group.leads(2));
    REQUIRE(group.run_until([&] { return group.leads(2); }, 3 * election_timeout));
    CHECK(group.raft(1).lease_until() <= group.now);
}

TEST_CASE("a vote for itself does not let the only voter stand at once", "[change]") {
    // It stood in the term that another won, who then made it the only voter: whose vote it has on its disk
    // does not tell whether somebody else may still trust a lease.
    Group group(1);
    group.elect(1);
    group.crash(1);
    group.restart(1);
    CHECK(group.raft(1).role() == Role::follower);
    CHECK(group.raft(1).next_deadline() >= group.now + election_timeout);
}
