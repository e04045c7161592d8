#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

TEST_CASE("three nodes elect one leader, and all know it", "[election]") {
    Group group(3);
    REQUIRE(group.run_until([&] { return group.leader() != 0; }, 1s));
    group.pass(heartbeat_interval);
    for (int node : {1, 2, 3})
        CHECK(group.raft(node).leader() == id(group.leader()));
}

TEST_CASE("a node alone leads and commits as soon as its disk lets it", "[election]") {
    Group group(1);
    group.stall_disk(1);
    group.tick(1);
    CHECK_FALSE(group.leads(1));
    group.release_disk(1);
    REQUIRE(group.leads(1));

    group.stall_disk(1);
    const auto index = group.propose(1);
    CHECK(group.raft(1).commit_index() < index);
    group.release_disk(1);
    CHECK(group.raft(1).commit_index() == index);
    CHECK(group.raft(1).lease_until() > group.now);
}

TEST_CASE("a node that lost sight of the leader does not depose it when it comes back",
          "[election][pre-vote]") {
    Group group(3);
    group.elect(1);
    const auto term = group.raft(1).term();
    group.isolate(3);
    group.pass(5s);
    CHECK(group.raft(3).term() == term); // it stood for nothing but pre-votes
    group.heal();
    group.pass(1s);
    CHECK(group.leads(1));
    CHECK(group.raft(1).term() == term);
}

TEST_CASE("voters that hear the leader refuse everybody else, whatever the term", "[election][stickiness]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto term = group.raft(2).term();
    group.step(2, Received{{id(3), id(2), Term{99},
                            VoteRequest{.last_index = LogIndex{99}, .last_term = Term{98}}}});
    CHECK(group.raft(2).term() == term);
    CHECK(group.on_wire<VoteReply>(2, 3).empty());
}

TEST_CASE("votes and requests for them leave when they are durable", "[election][disk]") {
    Group group(3);
    group.now = std::max(group.now, group.raft(1).next_deadline()) + 2 * election_timeout;
    group.stall_disk(1);
    group.stall_disk(2);
    group.isolate(3);
    group.tick(1);
    group.deliver(); // pre-votes only
    CHECK(group.raft(1).role() == Role::candidate);
    CHECK(group.held(1) == 2);
    group.release_disk(1);
    group.deliver();
    CHECK(group.raft(1).role() == Role::candidate); // 2 has voted, but in memory
    CHECK(group.held(2) == 1);

    SECTION("a vote that a crash takes was never given") {
        group.crash(2);
        group.restart(2);
        group.deliver();
        CHECK(group.raft(1).role() == Role::candidate);
    }
    SECTION("a vote that became durable elects") {
        group.release_disk(2);
        group.deliver();
        CHECK(group.leads(1));
    }
}

TEST_CASE("a candidate's own vote counts when it is durable and not before", "[election][disk]") {
    Group group(3);
    group.stall_disk(1);
    group.now = std::max(group.now, group.raft(1).next_deadline());
    group.tick(1);
    group.deliver();
    const auto term = group.raft(1).term();
    group.step(1, Received{{id(2), id(1), term, VoteReply{.granted = true}}});
    CHECK(group.raft(1).role() == Role::candidate);
    group.release_disk(1);
    CHECK(group.leads(1));
}

TEST_CASE("a node that was up before votes for nobody until a leader's lease is over",
          "[election][restart]") {
    Group group(3);
    group.elect(1);
    group.crash(2);
    group.restart(2);
    const auto last = group.raft(2).last_index();
    const auto ask = [&] {
        group.step(2, Received{{id(3), id(2), next(group.raft(2).term()),
                                VoteRequest{.pre = true, .last_index = last + 9, .last_term = Term{99}}}});
        return group.on_wire<VoteReply>(2, 3).back().granted;
    };
    CHECK_FALSE(ask());
    group.jump(election_timeout - 1ms);
    CHECK_FALSE(ask());
    group.jump(1ms);
    CHECK(ask());
}

TEST_CASE("P4: a longer log in a lower term wins over a shorter one in a higher", "[election][P4]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(3);
    group.propose(1, "long");
    group.pass(heartbeat_interval); // 1 and 2 have it, 3 has not
    group.crash(1);                 // for good
    group.isolate(2);
    // 3 rises by five terms: candidates of the past that got nowhere.
    group.step(3, Received{{id(1), id(3), Term{number(group.raft(3).term()) + 5}, AppendRequest{}}});
    group.heal();
    REQUIRE(group.raft(3).term() > group.raft(2).term());
    REQUIRE(group.run_until([&] { return group.leads(2); }, 10 * election_timeout));
    const auto index = group.propose(2);
    group.pass(heartbeat_interval);
    CHECK(group.raft(2).commit_index() >= index);
    CHECK(group.has_applied(3, "long"));
}

TEST_CASE("a lost connection to the leader shortens the wait, never the refusal", "[election][failover]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    const auto contact = group.now;
    group.crash(1);
    group.step(2, PeerLost{id(1)});
    group.step(3, PeerLost{id(1)});
    for (int node : {2, 3}) {
        CHECK(group.raft(node).next_deadline() >= contact - heartbeat_interval + election_timeout);
        CHECK(group.raft(node).next_deadline() <= contact + election_timeout + election_timeout / 4);
    }
    CHECK(group.run_until([&] { return group.leader() != 0; }, 2 * election_timeout));
}

TEST_CASE("losing any other connection changes nothing", "[election][failover]") {
    Group group(3);
    group.elect(1);
    const auto before = group.raft(2).next_deadline();
    group.step(2, PeerLost{id(3)});
    CHECK(group.raft(2).next_deadline() == before);
}

TEST_CASE("a reluctant node stands only when nobody else does", "[election][reluctant]") {
    Group group(3, [](Options& options) { options.reluctant = options.self == id(3); });
    CHECK(group.raft(3).next_deadline() >= group.now + 2 * election_timeout);
    CHECK(group.raft(3).next_deadline() <= group.now + 3 * election_timeout);
    REQUIRE(group.run_until([&] { return group.leader() != 0; }, 1s));
    CHECK(group.leader() != 3);
}

TEST_CASE("a leader that hears no majority steps down and its reads end", "[election][check-quorum]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(1);
    group.jump(election_timeout); // the lease is over: the read needs a round
    group.step(1, ReadAsked{7});
    CHECK_FALSE(group.answer(1, 7));
    group.pass(2 * election_timeout + heartbeat_interval);
    CHECK_FALSE(group.leads(1));
    REQUIRE(group.answer(1, 7));
    CHECK_FALSE(group.answer(1, 7)->ok);
}

TEST_CASE("one vote a term, also across a crash", "[election][restart]") {
    Group group(3);
    group.jump(5s);
    const Term term{7};
    const VoteRequest request{.last_index = LogIndex{1}, .last_term = Term{1}};
    group.step(2, Received{{id(1), id(2), term, request}});
    CHECK(group.on_wire<VoteReply>(2, 1).back().granted);
    group.step(2, Received{{id(3), id(2), term, request}});
    CHECK_FALSE(group.on_wire<VoteReply>(2, 3).back().granted);
    group.crash(2);
    group.restart(2);
    group.jump(5s);
    group.step(2, Received{{id(3), id(2), term, request}});
    CHECK_FALSE(group.on_wire<VoteReply>(2, 3).back().granted);
    group.step(2, Received{{id(1), id(2), term, request}});
    CHECK(group.on_wire<VoteReply>(2, 1).back().granted);
}
