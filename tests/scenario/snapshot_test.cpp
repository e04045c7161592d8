#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

namespace {

/// 3 was away for so long that the leader, 1, has compacted what 3 lacks.
Group one_far_behind() {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(3);
    group.propose_many(1, 20);
    group.deliver();
    group.compact(1, group.applied(1).back().index);
    return group;
}

} // namespace

TEST_CASE("who needs what has been compacted is sent a snapshot, once", "[snapshot]") {
    auto group = one_far_behind();
    CHECK(group.snapshots_asked(1).empty()); // not while it does not answer
    group.heal();
    group.pass(5 * heartbeat_interval);
    CHECK(group.snapshots_asked(1) == std::vector{id(3)});
    CHECK(group.raft(1).peers().at(1).snapshotting);
    group.install_snapshot(1, 3);
    const auto index = group.propose(1, "after");
    group.pass(heartbeat_interval);
    CHECK(group.raft(3).commit_index() == index);
    CHECK(group.has_applied(3, "after"));
    CHECK_FALSE(group.raft(1).peers().at(1).snapshotting);
}

TEST_CASE("a snapshot that could not be sent is tried again", "[snapshot]") {
    auto group = one_far_behind();
    group.heal();
    group.pass(heartbeat_interval);
    group.step(1, SnapshotSent{id(3), {}, false});
    group.pass(2 * heartbeat_interval);
    CHECK(group.snapshots_asked(1).size() == 2);
}

TEST_CASE("a follower that gets a snapshot hears its leader meanwhile", "[snapshot]") {
    auto group = one_far_behind();
    group.heal();
    group.pass(10 * election_timeout);
    CHECK(group.raft(3).role() == Role::follower);
    CHECK(group.raft(3).leader() == id(1));
    CHECK(group.leads(1));
}

TEST_CASE("requests in flight that were lost do not hide that a snapshot is needed", "[snapshot][loss]") {
    Group group(3, [](Options& options) { options.appends_in_flight_max = 1; });
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(3);
    group.propose_many(1, 20); // the first of these fills the pipeline to 3, and is lost
    group.deliver();
    group.compact(1, group.applied(1).back().index);
    group.heal();
    group.pass(5 * heartbeat_interval);
    CHECK(group.snapshots_asked(1) == std::vector{id(3)});
}

TEST_CASE("one whose acknowledgement was lost before the log was cut needs no snapshot", "[snapshot][loss]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto index = group.propose(1, "book");
    group.deliver_only(is<AppendRequest>());
    group.drop(between(3, 1));
    group.deliver();
    REQUIRE(group.raft(1).commit_index() == index);
    group.compact(1, index);
    group.pass(2 * heartbeat_interval);
    CHECK(group.snapshots_asked(1).empty());
    CHECK(group.raft(1).peers().at(1).match == index);
    CHECK(group.raft(3).commit_index() == index);
}

TEST_CASE("a snapshot of what a node has is not wanted", "[snapshot]") {
    auto group = one_far_behind();
    const auto& last = group.applied(1).back();
    CHECK(group.raft(3).wants_snapshot(last.index, last.term));
    CHECK_FALSE(group.raft(2).wants_snapshot(last.index, last.term));
    CHECK_FALSE(group.raft(1).wants_snapshot(last.index, last.term));
}

TEST_CASE("P6: a candidate that gets a snapshot follows its leader with the new log", "[snapshot][P6]") {
    auto group = one_far_behind();
    group.jump(5s);
    group.tick(3);
    REQUIRE(group.raft(3).role() == Role::pre_candidate);
    group.install_snapshot(1, 3);
    CHECK(group.raft(3).role() == Role::follower);
    CHECK(group.raft(3).leader() == id(1));
    CHECK(group.raft(3).last_index() == group.raft(1).last_index());
    CHECK(group.raft(3).durable_index() == group.raft(1).last_index());
}

TEST_CASE("a snapshot of a former leader brings its state and not its leadership", "[snapshot]") {
    auto group = one_far_behind();
    group.step(3, Received{{id(2), id(3), Term{9}, AppendRequest{}}});
    REQUIRE(group.raft(3).term() == Term{9});
    group.install_snapshot(1, 3);
    CHECK(group.raft(3).term() == Term{9});
    CHECK(group.raft(3).leader() == id(2));
    CHECK(group.raft(3).commit_index() == group.applied(1).back().index);
}

TEST_CASE("what is compacted stays within what is applied", "[snapshot][compaction]") {
    Group group(3);
    group.elect(1);
    group.propose_many(1, 5);
    group.deliver();
    group.isolate(1);
    group.propose_many(1, 5);
    const auto applied = group.applied(1).back().index;
    group.compact(1, applied);
    group.step(1, CompactionAsked{group.raft(1).last_index()});
    CHECK(group.raft(1).first_index() == applied + 1);
    CHECK(group.raft(1).log_bytes() == 5);
}
