// What the disk may look like at a start, and what is made of it.
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

namespace {

/// A group of one with `a` raised five times, its process gone.
struct Stopped {
    Stopped() {
        group.start(0);
        REQUIRE(group.run_until_leader());
        for (unsigned i = 0; i < 5; ++i)
            REQUIRE(group.add(0, "a"));
        REQUIRE(group.run_until_stored());
        group.crash(0);
    }
    LogDisk& log() { return group[0].disks.log; }
    StateDisk& state() { return group[0].disks.state; }

    ReplicaGroup group{1};
};

} // namespace

TEST_CASE("what a power cut took from the state comes back from the log") {
    Stopped story;
    story.state().cut_power();
    REQUIRE(story.state().written.position.index == 0);
    story.group.start(0);
    REQUIRE(story.group.run_until_leader());
    CHECK(story.group.machine(0).value("a") == 5);
}

TEST_CASE("a log that ends before the state starts anew behind it") {
    Stopped story;
    const auto position = story.state().written.position;
    auto& records = story.log().content.records;
    SECTION("shorter") {
        records.resize(2);
    }
    SECTION("contradicting it") {
        records.back().term += 7;
    }
    const auto vote = story.log().content.vote;
    story.group.start(0);
    CHECK(story.log().content.base_index == position.index);
    CHECK(story.log().content.base_term == position.term);
    CHECK(story.log().content.records.empty());
    CHECK(story.log().content.vote.term == vote.term); // a promise is a promise
    REQUIRE(story.group.run_until_leader());
    const auto added = story.group.add(0, "a");
    REQUIRE(added);
    CHECK(added->outcome == "6");
}

TEST_CASE("state and log that disagree about the base's term are refused") {
    Stopped story;
    auto& log = story.log().content;
    log.records.clear();
    log.base_index = story.state().written.position.index;
    log.base_term = story.state().written.position.term + 1;
    CHECK_THROWS_WITH(story.group.start(0), Contains("disagree about the term"));
}

TEST_CASE("a state without a log is refused where there is nobody to join") {
    Stopped story;
    story.log() = {};
    CHECK_THROWS_WITH(story.group.start(0), Contains("the log is lost") && Contains("restore a backup"));
}

TEST_CASE("damaged metadata is refused") {
    Stopped story;
    auto& metadata = story.log().content.metadata;
    SECTION("cut off") {
        metadata.pop_back();
    }
    SECTION("too long") {
        metadata.push_back('x');
    }
    SECTION("of an unknown format") {
        metadata[0] = 99;
    }
    SECTION("gone") {
        metadata.clear();
    }
    CHECK_THROWS_WITH(story.group.start(0), Contains("metadata is damaged"));
}

TEST_CASE("every process killed at once, power and all, loses nothing that was answered") {
    ReplicaGroup group(3);
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    for (unsigned i = 0; i < 10; ++i)
        REQUIRE(group.add(*group.leader(), "a"));
    for (unsigned slot = 0; slot < 3; ++slot)
        group.crash(slot, Crash::power_cut);
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    const auto added = group.add(*group.leader(), "a");
    REQUIRE(added);
    CHECK(added->outcome == "11");
}

TEST_CASE("a replica that was away catches up from the log before it serves") {
    ReplicaGroup group(3);
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    const auto leader = *group.leader();
    const auto away = (leader + 1) % 3;
    group.crash(away);
    for (unsigned i = 0; i < 50; ++i)
        REQUIRE(group.add(leader, "a"));
    const auto version = group.engine(leader).applied();
    group.start(away);
    CHECK(group.engine(away).status().phase == Phase::resyncing);
    CHECK(group.engine(away).status().reason == "no leader");
    REQUIRE(group.run_until_serving(away));
    CHECK(group.engine(away).applied() >= version);
    CHECK(group[away].disks.state.installs == 0);
}
