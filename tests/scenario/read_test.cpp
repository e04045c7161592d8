#include <catch2/catch.hpp>

#include "scenario/group.hpp"

using namespace bookstore::scenario;

TEST_CASE("a leader with a lease answers reads at once", "[read][lease]") {
    Group group(3);
    group.elect(1);
    const auto index = group.propose(1);
    group.deliver();
    REQUIRE(group.raft(1).lease_until() > group.now);
    group.step(1, ReadAsked{7});
    REQUIRE(group.answer(1, 7));
    CHECK(group.answer(1, 7)->ok);
    CHECK(group.answer(1, 7)->index == index);
    CHECK(group.wire.empty());
}

TEST_CASE("without a lease a round of heartbeats confirms", "[read]") {
    Group group(3);
    group.elect(1);
    const auto index = group.propose(1);
    group.deliver();
    group.jump(election_timeout);
    REQUIRE(group.raft(1).lease_until() <= group.now);
    group.step(1, ReadAsked{7});
    CHECK_FALSE(group.answer(1, 7));
    group.deliver();
    REQUIRE(group.answer(1, 7));
    CHECK(group.answer(1, 7)->ok);
    CHECK(group.answer(1, 7)->index == index);
}

TEST_CASE("an answer to what was sent before the read does not confirm it", "[read]") {
    Group group(3);
    group.elect(1);
    group.jump(election_timeout);
    group.tick(1);
    group.deliver_only(is<AppendRequest>()); // the answers are on their way back
    group.step(1, ReadAsked{7});
    group.drop(is<AppendRequest>());
    group.deliver();
    CHECK_FALSE(group.answer(1, 7));
    group.pass(heartbeat_interval);
    CHECK(group.answer(1, 7));
}

TEST_CASE("reads that arrive during a confirmation share the next", "[read]") {
    Group group(3);
    group.elect(1);
    group.jump(election_timeout);
    group.step(1, ReadAsked{1});
    const auto sent = group.wire.size();
    for (std::uint64_t read = 2; read <= 9; ++read)
        group.step(1, ReadAsked{read});
    CHECK(group.wire.size() == sent);
    group.deliver();
    for (std::uint64_t read = 1; read <= 9; ++read)
        CHECK(group.answer(1, read));
}

TEST_CASE("who does not lead says so", "[read]") {
    Group group(3);
    group.elect(1);
    group.step(2, ReadAsked{7});
    REQUIRE(group.answer(2, 7));
    CHECK_FALSE(group.answer(2, 7)->ok);
}

TEST_CASE("a deposed leader that has not heard of it answers no read", "[read][partition]") {
    Group group(3);
    group.elect(1);
    group.pass(heartbeat_interval);
    group.isolate(1);
    group.elect(2);
    group.propose(2, "newer");
    group.deliver();
    REQUIRE(group.leads(1)); // it believes so
    CHECK(group.raft(1).lease_until() <= group.now);
    group.step(1, ReadAsked{7});
    group.deliver();
    CHECK_FALSE(group.answer(1, 7));
    group.heal();
    group.pass(2 * heartbeat_interval);
    REQUIRE(group.answer(1, 7));
    CHECK_FALSE(group.answer(1, 7)->ok);
}

TEST_CASE("a new leader's reads wait for its noop, below which all that was committed is", "[read]") {
    Group group(3);
    group.elect(1);
    group.propose(1, "book");
    group.deliver_only(is<AppendRequest>());
    group.deliver_only(is<AppendReply>()); // 1 has committed it, nobody else knows
    group.drop([](const Message&) { return true; });
    const auto committed = group.raft(1).commit_index();
    REQUIRE(group.raft(2).commit_index() < committed);
    group.isolate(1);
    group.elect(2);
    group.step(2, ReadAsked{7});
    REQUIRE(group.answer(2, 7));
    CHECK(group.answer(2, 7)->index > committed);
}

TEST_CASE("a lease is dated by the sending of what was answered", "[read][lease]") {
    Group group(3, [](Options& options) { options.drift_margin = 30ms; });
    group.elect(1);
    group.pass(heartbeat_interval);
    group.jump(2 * election_timeout - 2 * heartbeat_interval);
    group.tick(1);
    const auto sent = group.now;
    group.jump(100ms); // the answers take their time
    group.deliver();
    CHECK(group.raft(1).lease_until() <= sent + election_timeout - 30ms);
    CHECK(group.raft(1).lease_until() > sent + election_timeout - 40ms);
}

TEST_CASE("a lease needs a majority, learners do not count", "[read][lease]") {
    Group group(3, {}, 2);
    group.elect(1);
    for (int learner : {4, 5})
        group.tick(learner);
    group.pass(heartbeat_interval);
    for (int voter : {2, 3})
        group.crash(voter);
    group.pass(election_timeout);
    CHECK(group.raft(1).lease_until() <= group.now);
}
