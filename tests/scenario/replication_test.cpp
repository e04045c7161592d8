#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

namespace {

LogIndex last(Group& group, int node) {
    return group.raft(node).last_index();
}

LogIndex commit(Group& group, int node) {
    return group.raft(node).commit_index();
}

} // namespace

TEST_CASE("a command is committed by a majority and reaches everybody", "[replication]") {
    Group group(3);
    group.elect(1);
    group.isolate(3);
    const auto index = group.propose(1, "book");
    group.deliver();
    CHECK(commit(group, 1) == index);
    CHECK_FALSE(group.has_applied(3, "book"));
    group.heal();
    group.pass(2 * heartbeat_interval);
    CHECK(group.has_applied(2, "book"));
    CHECK(group.has_applied(3, "book"));
}

TEST_CASE("that a command is committed is told by what is sent anyway", "[replication][news]") {
    Group group(3);
    group.elect(1);
    group.isolate(3);
    const auto first = group.propose(1, "first");
    group.deliver_only(is<AppendRequest>() && to(2));
    group.deliver_only(is<AppendReply>() && from(2));
    CHECK(commit(group, 1) == first);
    CHECK(group.on_wire<AppendRequest>(1, 2).empty());

    SECTION("by the next entries") {
        group.propose(1, "second");
        group.deliver_only(is<AppendRequest>() && to(2));
        CHECK(commit(group, 2) == first);
        CHECK(group.has_applied(2, "first"));
    }
    SECTION("or by a heartbeat") {
        group.pass(heartbeat_interval);
        CHECK(group.has_applied(2, "first"));
    }
    SECTION("or at once, when the follower has readers that wait") {
        group.step(1, NewsWanted{id(2)});
        group.deliver();
        CHECK(group.has_applied(2, "first"));
    }
}

TEST_CASE("who had readers a moment ago is told of the next commits at once", "[replication][news]") {
    Group group(3);
    group.elect(1);
    group.isolate(3);
    group.step(1, NewsWanted{id(2)});
    group.step(1, NewsWanted{id(7)}); // nobody it knows
    group.propose(1, "soon");
    group.deliver();
    CHECK(group.has_applied(2, "soon"));
    group.pass(2 * heartbeat_interval);
    group.propose(1, "later");
    group.deliver();
    CHECK_FALSE(group.has_applied(2, "later"));
}

TEST_CASE("a new leader's first entry and a configuration are told at once", "[replication][news]") {
    Group group(3);
    group.elect(1);
    CHECK(commit(group, 2) == last(group, 1));
    group.change(1, Change::Kind::remove, 3);
    group.deliver();
    CHECK(commit(group, 2) == last(group, 1));
}

TEST_CASE("requests follow each other without waiting, but not more than allowed",
          "[replication][pipeline]") {
    Group group(3, [](Options& options) {
        options.appends_in_flight_max = 2;
        options.append_bytes_max = 4;
    });
    group.elect(1);
    group.isolate(3);
    for (int i = 0; i < 6; ++i)
        group.propose(1, "abcd");
    CHECK(group.on_wire<AppendRequest>(1, 2).size() == 2);
    group.deliver_only(is<AppendRequest>() && to(2));
    group.deliver_only(is<AppendReply>() && from(2));
    CHECK(group.on_wire<AppendRequest>(1, 2).size() == 2); // the next two, and again no more
    group.deliver();
    CHECK(commit(group, 1) == last(group, 1));
}

TEST_CASE("what waited for room leaves together, as much as fits", "[replication][pipeline]") {
    Group group(3, [](Options& options) {
        options.appends_in_flight_max = 1;
        options.append_bytes_max = 8;
    });
    group.elect(1);
    for (int i = 0; i < 4; ++i)
        group.propose(1, "abcd");
    CHECK(group.on_wire<AppendRequest>(1, 2).at(0).entries.size() == 1);
    group.deliver_only(is<AppendRequest>());
    group.deliver_only(is<AppendReply>());
    CHECK(group.on_wire<AppendRequest>(1, 2).at(0).entries.size() == 2);
}

TEST_CASE("a request that was lost is found out by the next heartbeat", "[replication][loss]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto index = group.propose(1, "book");
    group.drop(is<AppendRequest>());
    group.pass(2 * heartbeat_interval);
    CHECK(commit(group, 1) == index);
    CHECK(group.has_applied(3, "book"));
}

TEST_CASE("a broken connection starts over at once what was on its way", "[replication][loss]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.propose(1, "lost");
    group.drop(is<AppendRequest>());
    group.step(1, PeerLost{id(2)});
    const auto index = group.propose(1, "next");
    group.deliver();
    CHECK(commit(group, 1) == index);
    group.propose(1, "one more");
    group.deliver();
    CHECK(commit(group, 2) == index);
    CHECK(group.has_applied(2, "lost"));
}

TEST_CASE("late and repeated requests do no harm", "[replication][loss]") {
    Group group(3);
    group.elect(1);
    group.isolate(3);
    group.propose(1, "first");
    const auto early = group.wire.back(); // to 3, which is cut off; the same goes to 2
    auto repeated = early;
    repeated.to = id(2);
    group.deliver();
    group.propose(1, "second");
    group.pass(heartbeat_interval);
    const auto before = last(group, 2);
    group.step(2, Received{repeated});
    CHECK(last(group, 2) == before);
    CHECK(commit(group, 2) == before);
}

TEST_CASE("a follower acknowledges when its disk has it", "[replication][disk]") {
    Group group(3);
    group.elect(1);
    group.isolate(3);
    group.stall_disk(2);
    const auto index = group.propose(1, "book");
    group.deliver();
    CHECK(commit(group, 1) < index);
    group.release_disk(2);
    group.deliver();
    CHECK(commit(group, 1) == index);
}

TEST_CASE("a follower whose disk is slow is not taken for silent", "[replication][disk]") {
    Group group(3);
    group.elect(1);
    group.isolate(3);
    group.stall_disk(2);
    group.propose(1, "book");
    group.pass(5 * election_timeout);
    CHECK(group.leads(1));
    CHECK(group.raft(1).lease_until() > group.now);
}

TEST_CASE("the leader's own disk is one of the majority, and no more", "[replication][disk]") {
    Group group(3);
    group.elect(1);
    group.stall_disk(1);
    const auto index = group.propose(1, "book");

    SECTION("two followers commit without it; it applies when it has caught up with them") {
        group.deliver();
        CHECK(commit(group, 1) == index);
        CHECK_FALSE(group.has_applied(1, "book"));
        group.release_disk(1);
        CHECK(group.has_applied(1, "book"));
    }
    SECTION("one follower alone does not") {
        group.drop(to(3));
        group.deliver();
        CHECK(commit(group, 1) < index);
        group.release_disk(1);
        CHECK(commit(group, 1) == index);
    }
}

TEST_CASE("a diverged log is repaired in a few round trips, however long", "[replication][backtracking]") {
    Group group(3);
    group.elect(1);
    group.propose_many(1, 5);
    group.deliver();
    group.isolate(1);
    group.propose_many(1, 500); // nobody will ever hear of these
    group.elect(2);
    group.propose_many(2, 3);
    group.deliver();
    group.heal();
    std::size_t requests = 0;
    const auto agreed = [&] {
        return last(group, 1) == last(group, 2) && commit(group, 1) == commit(group, 2);
    };
    for (int round = 0; round < 10 && !agreed(); ++round) {
        group.jump(heartbeat_interval);
        group.tick(2);
        while (!group.wire.empty()) {
            requests += group.on_wire<AppendRequest>(2, 1).size();
            group.deliver_only([](const Message&) { return true; });
        }
    }
    CHECK(agreed());
    CHECK(requests < 8);
}

TEST_CASE("after a crash nothing is applied until a leader tells, and nothing is lost",
          "[replication][restart]") {
    Group group(3);
    group.elect(1);
    group.propose(1, "book");
    group.deliver();
    for (int node : {1, 2, 3})
        group.crash(node);
    for (int node : {1, 2, 3})
        group.restart(node);
    CHECK(group.applied(1).empty());
    REQUIRE(group.run_until([&] { return group.leader() != 0; }, 5s));
    group.pass(heartbeat_interval);
    for (int node : {1, 2, 3})
        CHECK(group.has_applied(node, "book"));
}
