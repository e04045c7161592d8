// The defects of another implementation that lost acknowledged commands, each as the story in which it did.
// (P4 is told among the elections, P6 where it belongs: snapshots and transfers.)
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

TEST_CASE("P1: figure 8, an entry of a former term is not committed by counting", "[replication][P1]") {
    Group group(5);
    group.elect(1);
    group.pass(heartbeat_interval);

    // (a) 1 leads and gets an entry to 2 only.
    for (int node : {3, 4, 5})
        group.cut_both(1, node);
    group.propose(1, "old");
    group.deliver();
    const auto old = last(group, 1);
    const auto old_term = group.raft(1).term();
    REQUIRE(last(group, 2) == old);

    // (b) 1 is away; 5 is elected by 3 and 4, and gets its own entry nowhere.
    group.heal();
    group.isolate(1);
    group.isolate(2);
    group.jump(2 * election_timeout);
    group.now = std::max(group.now, group.raft(5).next_deadline());
    group.tick(5);
    while (!group.leads(5)) {
        REQUIRE_FALSE(group.wire.empty());
        group.deliver_only(
            [](const Message& message) { return !std::holds_alternative<AppendRequest>(message.body); });
    }
    group.wire.clear();
    group.crash(5);
    const auto rival_term = Term{number(old_term) + 1};

    // (c) 1 leads again and gets the old entry to 3: on a majority now, but nothing of its own term is.
    group.heal();
    group.isolate(4);
    group.jump(2 * election_timeout);
    group.step(1, Received{{id(3), id(1), rival_term, VoteReply{}}}); // it learns of the term
    group.now = std::max(group.now, group.raft(1).next_deadline());
    group.tick(1);
    while (!group.leads(1))
        group.deliver_only(
            [](const Message& message) { return !std::holds_alternative<AppendRequest>(message.body); });
    const auto own = last(group, 1);
    REQUIRE(own == old + 1);
    const auto cut_at_old = [&](Message message) {
        auto& request = std::get<AppendRequest>(message.body);
        std::erase_if(request.entries, [&](const Entry& entry) { return entry.index > old; });
        return message;
    };
    for (int rounds = 0; last(group, 3) < old && rounds < 10; ++rounds) {
        for (auto& message : group.wire)
            if (std::holds_alternative<AppendRequest>(message.body)) message = cut_at_old(message);
        group.deliver_only(is<AppendRequest>() && to(3));
        group.deliver_only(is<AppendReply>() && from(3));
    }
    REQUIRE(group.raft(3).term_at(old) == old_term);
    REQUIRE(last(group, 3) == old);
    for (auto& message : group.wire)
        if (std::holds_alternative<AppendRequest>(message.body)) message = cut_at_old(message);
    group.deliver_only(is<AppendRequest>());
    group.deliver_only(is<AppendReply>());
    CHECK(commit(group, 1) < old);

    SECTION("(d) the rival may still win and replace it") {
        group.wire.clear();
        group.crash(1);
        group.restart(5);
        group.heal();
        group.elect(5);
        group.pass(heartbeat_interval);
        CHECK_FALSE(group.has_applied(3, "old"));
    }
    SECTION("(e) with an entry of its own term on a majority it is committed too") {
        group.pass(2 * heartbeat_interval);
        CHECK(commit(group, 1) >= own);
        CHECK(group.has_applied(1, "old"));
    }
}

TEST_CASE("P2: a follower acknowledges what the request matched, not its stale tail", "[replication][P2]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(1);
    group.propose_many(1, 10); // the stale tail of 1
    group.elect(2);
    group.wire.clear();
    group.heal();
    const auto base = last(group, 3) - 1; // what 1 and 2 have in common
    const auto prev_term = *group.raft(1).term_at(base);
    group.step(1, Received{{id(2), id(1), group.raft(2).term(),
                            AppendRequest{.prev_index = base, .prev_term = prev_term, .round = 1}}});
    const auto replies = group.on_wire<AppendReply>(1, 2);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].success);
    CHECK(replies[0].match == base);
}

TEST_CASE("P3: arrivals faster than acknowledgements commit all the same", "[replication][P3]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto start = commit(group, 1);
    for (int i = 0; i < 50; ++i) {
        // Each acknowledgement finds the log grown already.
        group.propose(1);
        group.deliver_only(is<AppendRequest>());
        group.propose(1);
        group.deliver_only(is<AppendReply>());
    }
    CHECK(commit(group, 1) >= start + 90);
}

TEST_CASE("P7: entries that the compacted prefix covers are left out", "[replication][P7]") {
    Group group(3);
    group.elect(1);
    group.propose_many(1, 9);
    group.deliver();
    group.pass(heartbeat_interval);
    const auto index = group.applied(2).back().index;
    group.compact(2, index);
    REQUIRE(group.raft(2).first_index() == index + 1);

    // An old request, from three below the base to one above it.
    AppendRequest request{
        .prev_index = index - 3, .prev_term = group.raft(1).term(), .commit = index, .round = 1};
    for (auto i = index - 2; i <= index; i = i + 1)
        request.entries.push_back(group.applied(1).at(static_cast<std::size_t>(number(i) - 1)));
    request.entries.push_back(
        {index + 1, group.raft(1).term(), EntryKind::command, std::make_shared<const std::string>("new")});
    group.step(2, Received{{id(1), id(2), group.raft(1).term(), request}});
    CHECK(last(group, 2) == index + 1);
    CHECK(group.raft(2).term_at(index + 1) == group.raft(1).term());
    CHECK(group.on_wire<AppendReply>(2, 1).back().match == index + 1);

    request.entries.clear(); // wholly below
    group.step(2, Received{{id(1), id(2), group.raft(1).term(), request}});
    CHECK(last(group, 2) == index + 1);
    CHECK(group.on_wire<AppendReply>(2, 1).back().match == index - 3);
}
