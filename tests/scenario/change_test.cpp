// Who counts, changed one server at a time (chapter 4), and what goes wrong when it is done otherwise.
#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

namespace {

using Kind = Change::Kind;
using Nodes = std::vector<int>;

/// Until `node` is a voter by the book of the leader, through all the steps in between.
void add_voter(Group& group, int leader, int node) {
    group.tick(node);
    group.pass(2 * heartbeat_interval);
    group.change(leader, Kind::add_learner, node);
    REQUIRE(group.run_until([&] { return !group.objection(leader, Kind::promote, node); }, 2s));
    group.change(leader, Kind::promote, node);
    group.pass(2 * heartbeat_interval);
    REQUIRE(group.raft(leader).configuration_index() <= group.raft(leader).commit_index());
}

/// Elects `node` though nobody else hears more of it than the votes that it asks for.
void elect_without_appends(Group& group, int node) {
    group.jump(2 * election_timeout);
    for (int rounds = 0; rounds < 20 && !group.leads(node); ++rounds) {
        group.now = std::max(group.now, group.raft(node).next_deadline());
        group.tick(node);
        for (int hops = 0; hops < 6 && !group.leads(node); ++hops)
            group.deliver_only(
                [](const Message& message) { return !std::holds_alternative<AppendRequest>(message.body); });
    }
    REQUIRE(group.leads(node));
}

} // namespace

TEST_CASE("a newcomer learns, catches up, and then counts", "[change]") {
    Group group(3, {}, 1);
    group.elect(1);
    group.propose_many(1, 20);
    group.deliver();
    CHECK(group.objection(1, Kind::add_learner, 4) == Objection::unknown_node); // it has not asked
    add_voter(group, 1, 4);
    CHECK(group.voters(1) == Nodes{1, 2, 3, 4});
    CHECK(group.voters(4) == Nodes{1, 2, 3, 4});

    // Of four, three are needed, and it is one of them.
    group.isolate(2);
    const auto three = group.propose(1, "three");
    group.deliver();
    CHECK(group.raft(1).commit_index() == three);
    group.isolate(3);
    const auto two = group.propose(1, "two");
    group.deliver();
    CHECK(group.raft(1).commit_index() < two);
}

TEST_CASE("one that has not caught up is not promoted", "[change]") {
    Group group(3, {}, 1);
    group.elect(1);
    group.tick(4);
    group.pass(2 * heartbeat_interval);
    group.change(1, Kind::add_learner, 4);
    group.deliver();
    group.isolate(4);
    group.propose_many(1, 5);
    group.pass(2 * election_timeout);
    CHECK(group.objection(1, Kind::promote, 4) == Objection::behind);
    group.heal();
    CHECK(group.run_until([&] { return !group.objection(1, Kind::promote, 4); }, 2s));
}

TEST_CASE("a change counts when it is appended, and the next one waits until it is committed", "[change]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.change(1, Kind::remove, 3);
    CHECK(group.voters(1) == Nodes{1, 2});
    CHECK(group.objection(1, Kind::remove, 2) == Objection::busy);
    group.deliver();
    CHECK(group.voters(2) == Nodes{1, 2});
    CHECK_FALSE(group.objection(1, Kind::remove, 2));
}

TEST_CASE("a new leader changes nothing before it has committed in its term", "[change]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    elect_without_appends(group, 2);
    CHECK(group.objection(2, Kind::remove, 3) == Objection::too_early);
    group.deliver();
    CHECK_FALSE(group.objection(2, Kind::remove, 3));
}

TEST_CASE("what cannot be done is told apart", "[change]") {
    Group group(3, {}, 1);
    group.elect(1);
    group.pass(heartbeat_interval);
    CHECK(group.objection(2, Kind::remove, 3) == Objection::not_leader);
    CHECK(group.objection(1, Kind::remove, 9) == Objection::unknown_node);
    CHECK(group.objection(1, Kind::promote, 9) == Objection::unknown_node);
    CHECK(group.objection(1, Kind::add_learner, 3) == Objection::already_so);
    CHECK(group.objection(1, Kind::promote, 3) == Objection::already_so);
    group.crash(3);
    group.pass(2 * election_timeout);
    REQUIRE(group.leads(1));
    CHECK(group.objection(1, Kind::remove, 2) == Objection::would_stall); // 3, who would be needed, is away
    CHECK_FALSE(group.objection(1, Kind::remove, 3));
    group.step(1, TransferAsked{id(2)});
    CHECK(group.objection(1, Kind::remove, 3) == Objection::handing_over);

    Group alone(1);
    alone.elect(1);
    CHECK(alone.objection(1, Kind::remove, 1) == Objection::last_voter);
}

TEST_CASE("a lost disk is replaced: learner, old identity out, newcomer in", "[change]") {
    Group group(3, {}, 1);
    group.elect(1);
    group.propose_many(1, 5);
    group.deliver();
    group.crash(3); // for good
    group.tick(4);
    group.pass(election_timeout + 2 * heartbeat_interval);
    group.change(1, Kind::add_learner, 4);
    group.pass(2 * heartbeat_interval);
    group.change(1, Kind::remove, 3);
    group.pass(2 * heartbeat_interval);
    group.change(1, Kind::promote, 4);
    group.pass(2 * heartbeat_interval);
    CHECK(group.voters(4) == Nodes{1, 2, 4});

    // Whole again: it survives the loss of another of the first three.
    group.crash(1);
    REQUIRE(group.run_until([&] { return group.leader() > 1; }, 3s));
    group.propose(group.leader(), "after");
    CHECK(
        group.run_until([&] { return group.has_applied(2, "after") && group.has_applied(4, "after"); }, 2s));
}

TEST_CASE("P5: a configuration goes with the entry that brought it, back to one that was compacted",
          "[change][P5]") {
    Group group(3, {}, 1);
    group.elect(1);
    add_voter(group, 1, 4);
    group.pass(heartbeat_interval);
    for (int node : {1, 2, 3, 4})
        group.compact(node, group.raft(node).commit_index());
    REQUIRE(group.voters(2) == Nodes{1, 2, 3, 4});

    // Two removals that nobody else hears of; the others go on without them.
    group.isolate(1);
    group.change(1, Kind::remove, 4);
    group.deliver();
    REQUIRE(group.voters(1) == Nodes{1, 2, 3});
    const bool restarted = GENERATE(false, true);
    if (restarted) {
        group.crash(1);
        group.restart(1);
        CHECK(group.voters(1) == Nodes{1, 2, 3}); // the log has it
    }
    group.elect(2);
    group.propose(2, "instead");
    group.deliver();
    group.heal();
    REQUIRE(group.run_until([&] { return group.has_applied(1, "instead"); }, 2s));
    CHECK(group.voters(1) == Nodes{1, 2, 3, 4});
    group.crash(1);
    group.restart(1);
    CHECK(group.voters(1) == Nodes{1, 2, 3, 4}); // the disk knew what was compacted
}

TEST_CASE("a snapshot brings the configuration as of its end, not a later one", "[change]") {
    Group group(3, {}, 1);
    group.elect(1);
    add_voter(group, 1, 4);
    group.isolate(3);
    group.propose_many(1, 5);
    group.deliver();
    group.change(1, Kind::remove, 4); // appended here, not committed
    CHECK(group.raft(1).configuration().voters.size() == 3);
    CHECK(group.raft(1).configuration_at(group.raft(1).commit_index()).voters.size() == 4);
    group.install_snapshot(1, 3);
    CHECK(group.voters(3) == Nodes{1, 2, 3, 4});
    group.heal();
    CHECK(group.run_until([&] { return group.voters(3) == Nodes{1, 2, 3}; }, 2s));
}

TEST_CASE("a promoted node can be elected by one who has not heard of its promotion", "[change]") {
    Group group(2, {}, 1);
    group.elect(1);
    group.tick(3);
    group.pass(2 * heartbeat_interval);
    group.change(1, Kind::add_learner, 3);
    group.pass(4 * heartbeat_interval);
    group.isolate(2);
    group.change(1, Kind::promote, 3);
    group.deliver();
    REQUIRE(group.voters(3) == Nodes{1, 2, 3});
    REQUIRE(group.voters(2) == Nodes{1, 2});
    const auto index = group.raft(1).commit_index();
    CHECK(index == group.raft(1).last_index()); // committed by 1 and 3

    group.crash(1);
    group.heal();
    CHECK(group.run_until([&] { return group.leader() == 3; }, 5s));
    CHECK(group.run_until([&] { return group.voters(2) == Nodes{1, 2, 3}; }, 2s));
}

TEST_CASE("two leaders with changes of their own never both commit", "[change]") {
    // The mistake of 2015: 1 appends a removal to itself alone; 2, with the former configuration, makes
    // another change; 1 comes back and could, counting by its own, commit without anybody of 2's majority.
    Group group(4);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(1);
    group.change(1, Kind::remove, 2);
    group.deliver();
    REQUIRE(group.voters(1) == Nodes{1, 3, 4});

    elect_without_appends(group, 2);
    CHECK(group.objection(2, Kind::remove, 1) == Objection::too_early);
    group.deliver();
    REQUIRE(group.run_until([&] { return group.objection(2, Kind::remove, 1) == std::nullopt; }, 1s));
    group.change(2, Kind::remove, 1);
    group.deliver();
    CHECK(group.raft(2).commit_index() == group.raft(2).last_index());
    group.heal();
    group.pass(5s);
    CHECK(group.leader() != 1);
    CHECK(group.voters(1) == group.voters(group.leader()));
}
