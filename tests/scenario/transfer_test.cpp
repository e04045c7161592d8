#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

TEST_CASE("leadership is handed to whom is named, at once", "[transfer]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto before = group.now;
    group.step(1, TransferAsked{id(3)});
    group.deliver();
    CHECK(group.leads(3));
    CHECK_FALSE(group.leads(1));
    CHECK(group.now == before); // stickiness does not delay it
}

TEST_CASE("when nobody is named it goes to whoever is furthest", "[transfer]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.cut_both(1, 2);
    group.propose(1, "book");
    group.deliver();
    group.step(1, TransferAsked{});
    group.heal();
    group.deliver();
    CHECK(group.leads(3));
}

TEST_CASE("the successor first gets everything, and meanwhile nothing is proposed", "[transfer]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto index = group.propose(1, "book");
    const auto term = group.raft(1).term();
    group.step(1, TransferAsked{id(2)});
    CHECK_FALSE(group.raft(1).may_propose());
    CHECK(group.on_wire<TimeoutNow>(1, 2).empty());
    CHECK(group.raft(1).lease_until() > group.now); // nobody has been told yet
    group.deliver_only(is<AppendRequest>());
    group.deliver_only(is<AppendReply>());
    CHECK(group.on_wire<TimeoutNow>(1, 2).size() == 1);
    CHECK(group.raft(1).lease_until() <= group.now);
    group.deliver();
    CHECK(group.leads(2));
    CHECK(group.raft(2).term_at(index) == term);
}

TEST_CASE("a hand-over to one that does not catch up is given up after T", "[transfer]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(3);
    group.propose(1, "book");
    group.deliver();
    const auto term = group.raft(1).term();
    group.step(1, TransferAsked{id(3)});
    CHECK_FALSE(group.raft(1).may_propose());
    group.pass(election_timeout);
    CHECK(group.raft(1).may_propose());
    CHECK(group.raft(1).term() == term);
    CHECK(group.raft(1).lease_until() > group.now);
}

TEST_CASE("an order to take over that got lost ends in a new term of the same leader", "[transfer][lease]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto term = group.raft(1).term();
    group.step(1, TransferAsked{id(3)});
    REQUIRE_FALSE(group.wire.empty());
    const auto order = group.wire.back();
    REQUIRE(std::holds_alternative<TimeoutNow>(order.body));
    group.drop(is<TimeoutNow>());
    group.isolate(3);
    group.pass(election_timeout);
    CHECK(group.raft(1).may_propose());
    CHECK(group.raft(1).term() > term);
    CHECK(group.raft(1).lease_until() > group.now);

    // What makes that lease sound: the order, should it still arrive, is void.
    group.heal();
    group.pass(heartbeat_interval);
    group.step(3, Received{order});
    CHECK(group.raft(3).role() == Role::follower);
}

TEST_CASE("nobody takes over at the word of one that does not lead it", "[transfer]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.step(2, Received{{id(3), id(2), group.raft(2).term(), TimeoutNow{}}});
    CHECK(group.raft(2).role() == Role::follower);
    group.step(1, TransferAsked{id(1)}); // to itself
    CHECK(group.raft(1).may_propose());
}

TEST_CASE("a reluctant leader hands over as soon as another has caught up, and keeps its peace",
          "[transfer]") {
    Group group(3, [](Options& options) { options.reluctant = options.self == id(3); });
    group.isolate(2);
    group.now = std::max(group.now, group.raft(3).next_deadline());
    group.tick(3); // only 1 and 3 are there, and 3 was first
    group.deliver();
    CHECK(group.leads(1));
    CHECK(group.raft(1).term() == Term{2}); // 3 had the first
    group.heal();
    group.pass(5s);
    CHECK(group.leads(1));
}

TEST_CASE("a reluctant leader leads while nobody else can", "[transfer]") {
    Group group(3, [](Options& options) { options.reluctant = options.self == id(3); });
    group.elect(1);
    group.isolate(2);
    group.pass(heartbeat_interval);
    group.crash(1);
    group.heal();
    group.isolate(1);
    group.pass(10 * election_timeout);
    CHECK(group.leads(2)); // behind or not, 3 has handed over once 2 had everything
    group.restart(1);
    group.pass(10 * election_timeout);
    CHECK_FALSE(group.leads(3));
}

TEST_CASE("a leader whose own disk is stuck hands over to one whose disk works", "[transfer][disk]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.stall_disk(1);
    group.propose(1, "book");
    group.pass(3 * election_timeout);
    CHECK(group.leads(1)); // slow is not stuck
    group.pass(2 * election_timeout);
    CHECK_FALSE(group.leads(1));
    REQUIRE(group.leader() != 0);
    CHECK(group.has_applied(group.leader(), "book"));
}

TEST_CASE("a transferee asks with one vote a term like everybody", "[transfer][P6]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.step(1, TransferAsked{id(2)});
    group.deliver_only(is<TimeoutNow>());
    REQUIRE(group.raft(2).role() == Role::candidate);
    const auto term = group.raft(2).term();
    group.step(2, Received{{id(3), id(2), term,
                            VoteRequest{.transfer = true, .last_index = LogIndex{99}, .last_term = term}}});
    REQUIRE(group.on_wire<VoteReply>(2, 3).size() == 1);
    CHECK_FALSE(group.on_wire<VoteReply>(2, 3)[0].granted);
}
