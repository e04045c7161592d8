#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

TEST_CASE("a learner asks, is sent everything, and counts for nothing", "[joining]") {
    Group group(3, {}, 1);
    group.elect(1);
    group.propose(1, "before");
    group.deliver();
    group.tick(4);
    group.pass(2 * heartbeat_interval);
    CHECK(group.has_applied(4, "before"));

    for (int voter : {2, 3})
        group.isolate(voter);
    const auto index = group.propose(1, "with the learner only");
    group.deliver();
    CHECK(group.raft(4).last_index() == index);
    CHECK(group.raft(1).commit_index() < index);
}

TEST_CASE("a learner does not stand, and its vote counts for nothing", "[joining]") {
    Group group(3, {}, 1);
    group.pass(5s);
    const int leader = group.leader();
    REQUIRE(leader != 0);
    CHECK(leader != 4);
    CHECK(group.raft(4).role() == Role::follower);

    // One voter is left, and the learner: whatever that one says, it is no majority of three.
    const int alone = leader == 1 ? 2 : 1;
    for (int voter : {1, 2, 3})
        if (voter != alone) group.crash(voter);
    group.jump(2 * election_timeout);
    group.step(alone, Received{{id(4), id(alone), Term{number(group.raft(alone).term()) + 1},
                                VoteReply{.pre = true, .granted = true}}});
    group.pass(5s);
    CHECK(group.leader() == 0);
    CHECK(group.raft(alone).role() == Role::pre_candidate);
}

TEST_CASE("a learner finds the next leader by itself", "[joining]") {
    Group group(3, {}, 1);
    group.elect(1);
    group.tick(4);
    group.pass(heartbeat_interval);
    group.crash(1);
    REQUIRE(group.run_until([&] { return group.leader() > 1; }, 2s));
    group.propose(group.leader(), "after");
    CHECK(group.run_until([&] { return group.has_applied(4, "after"); }, 2s));
}

TEST_CASE("a guest that falls silent for long is forgotten, and welcome again", "[joining]") {
    Group group(3, {}, 1);
    group.elect(1);
    group.tick(4);
    group.pass(heartbeat_interval);
    REQUIRE(group.raft(1).peers().size() == 3);
    group.isolate(4);
    group.pass(10 * election_timeout);
    CHECK(group.raft(1).peers().size() == 3);
    group.pass(11 * election_timeout);
    CHECK(group.raft(1).peers().size() == 2);
    group.heal();
    group.pass(3 * election_timeout);
    CHECK(group.raft(1).peers().size() == 3);
}

TEST_CASE("guests are counted, and the leader takes so many and no more", "[joining]") {
    Group group(3);
    group.elect(1);
    for (std::uint64_t stranger = 100; stranger < 200; ++stranger)
        group.step(1, Received{{NodeId{stranger}, id(1), Term{}, JoinRequest{}}});
    CHECK(group.raft(1).peers().size() == 2 + 16);
    CHECK(group.leads(1));
    group.wire.clear(); // to nodes that this story does not have
}
