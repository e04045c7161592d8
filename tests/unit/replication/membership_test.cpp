// Disks that are lost, members that come and go; on virtual time.
#include <algorithm>

#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using consensus::Change;
using consensus::Objection;
using replication::MemberStatus;
using replication::Phase;

namespace {

const std::vector<unsigned> each{0, 1, 2};

struct Members : ReplicaGroup {
    explicit Members(unsigned count) : ReplicaGroup(count) {}

    void begin_with_history() {
        start_all();
        REQUIRE(run_until_all_serve());
        REQUIRE(add(*leader(), "a"));
    }

    /// Gives the disk that is lost.
    Replica::Disks wipe(unsigned slot, std::optional<bool> first_start = false) {
        crash(slot);
        auto lost = (*this)[slot].disks;
        lose_disk(slot);
        start(slot, first_start);
        return lost;
    }

    bool run_until_voter(unsigned slot) {
        return run([this, slot] {
            const auto status = engine(slot).status();
            return status.voter && status.phase == Phase::serving;
        });
    }

    std::vector<MemberStatus> members(unsigned slot) {
        const auto list = wait(begin(scheduler, engine(slot).members(in(base::seconds(5)))));
        REQUIRE(list);
        return *list;
    }

    /// Slots of the configured members, in order: those that have just been removed are told for a while yet.
    std::vector<unsigned> configured(unsigned slot) {
        std::vector<unsigned> slots;
        for (const auto& one : members(slot))
            if (one.standing != MemberStatus::Standing::guest) slots.push_back(one.slot);
        std::sort(slots.begin(), slots.end());
        return slots;
    }

    const MemberStatus& member(const std::vector<MemberStatus>& list, unsigned slot) {
        for (const auto& one : list)
            if (one.slot == slot) return one;
        throw std::runtime_error("no member in slot " + std::to_string(slot));
    }

    base::result<replication::ChangeOutcome> change(unsigned slot, Change change) {
        return wait(begin(scheduler, engine(slot).change_member(change, in(base::seconds(5)))));
    }

    unsigned follower() { return (*leader() + 1) % static_cast<unsigned>(options.members.size()); }
};

} // namespace

TEST_CASE("a wiped voter of three ends as a voter, and the group bears the loss of another") {
    const auto flag = GENERATE(std::optional<bool>(), std::optional(false));
    Members group(3);
    group.begin_with_history();
    const auto wiped = group.follower();
    group.wipe(wiped, flag);
    REQUIRE(group.run_until_voter(wiped));
    CHECK(group.machine(wiped).value("a") == 1);
    CHECK(group.configured(wiped) == each); // the old identity is gone

    const auto old = *group.leader() == (wiped + 1) % 3 ? (wiped + 2) % 3 : (wiped + 1) % 3;
    const bool leader_dies = GENERATE(false, true);
    group.crash(leader_dies ? *group.leader() : old);
    REQUIRE(group.run_until_leader());
    REQUIRE(group.run([&] { return group.add_anywhere(wiped, "a").has_value(); }));
    CHECK(group.run([&] { return group.machine(wiped).value("a") >= 2; }));
}

TEST_CASE("a wiped voter of two and a tie-breaker comes back, and either other may go then") {
    Members group(3);
    group.options.members[2].reluctant = true;
    group.begin_with_history();
    const unsigned wiped = GENERATE(0U, 1U, 2U);
    group.wipe(wiped);
    REQUIRE(group.run_until_voter(wiped));
    const unsigned next = wiped == 1 ? 0 : 1;
    group.crash(next);
    const unsigned left = 3 - wiped - next;
    REQUIRE(group.run([&] { return group.leader().has_value(); }));
    CHECK(group.run([&] { return group.add_anywhere(left, "a").has_value(); }));
}

TEST_CASE("every disk may be lost, one after the other") {
    Members group(3);
    group.options.checkpoint_bytes = 20;
    group.options.log_keep_bytes = 300;
    group.begin_with_history();
    std::int64_t count = 1;
    for (unsigned slot : {0U, 1U, 2U, 0U}) {
        CAPTURE(slot);
        for (int i = 0; i < 20; ++i, ++count)
            REQUIRE(group.run([&] { return group.add_anywhere((slot + 1) % 3, "a").has_value(); }));
        group.wipe(slot);
        REQUIRE(group.run_until_voter(slot));
        CHECK(group.machine(slot).value("a") == count);
    }
    // And all of them remember who they are.
    for (unsigned slot = 0; slot < 3; ++slot)
        group.crash(slot, Crash::power_cut);
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    CHECK(group.configured(0) == each);
    CHECK(group.machine(0).value("a") == count);
}

TEST_CASE("the leader dies while a wiped voter is on its way back") {
    // At any moment of it: before the newcomer has asked, as a learner, between two configurations...
    const int after_ms = GENERATE(range(0, 2'000, 100));
    CAPTURE(after_ms);
    Members group(3);
    group.begin_with_history();
    const auto leader = *group.leader();
    const auto wiped = group.follower();
    group.wipe(wiped);
    group.scheduler.run_for(base::milliseconds(after_ms));
    group.crash(leader);
    group.scheduler.run_for(base::seconds(1));
    group.start(leader);
    REQUIRE(group.run_until_voter(wiped));
    CHECK(group.configured(wiped) == each);
    CHECK(group.add(*group.leader(), "a"));
}

TEST_CASE("a disk that is lost again on its way back is replaced again") {
    const int after_ms = GENERATE(range(0, 2'400, 150));
    CAPTURE(after_ms);
    Members group(3);
    group.begin_with_history();
    const auto slot = group.follower();
    group.wipe(slot);
    group.scheduler.run_for(base::milliseconds(after_ms));
    group.wipe(slot);
    group.scheduler.run_for(base::milliseconds(after_ms / 2));
    group.wipe(slot);
    REQUIRE(group.run_until_voter(slot));
    REQUIRE(group.run([&] { return group.configured(slot) == each; }));
    CHECK(group.machine(slot).value("a") == 1);
}

TEST_CASE("a disk that comes back after its place was taken is refused, and told") {
    Members group(3);
    group.begin_with_history();
    const auto slot = group.follower();
    const auto old = group.wipe(slot);
    REQUIRE(group.run_until_voter(slot));
    group.crash(slot);
    const auto taken = group[slot].disks;

    group[slot].disks = old;
    group.start(slot);
    REQUIRE(group.run([&] { return group.engine(slot).status().phase == Phase::failed; }));
    CHECK_THAT(group.engine(slot).status().reason, Contains("was removed"));
    CHECK(group.add(*group.leader(), "a"));

    // It keeps that in mind, and the right disk is welcome.
    group.crash(slot);
    group.start(slot);
    CHECK(group.engine(slot).status().phase == Phase::failed);
    group.crash(slot);
    group[slot].disks = taken;
    group.start(slot);
    CHECK(group.run_until_voter(slot));
}

TEST_CASE("a disk that learns of its removal by a snapshot is told as well") {
    Members group(3);
    group.options.log_keep_bytes = 300;
    group.options.checkpoint_bytes = 100;
    group.begin_with_history();
    const auto slot = group.follower();
    const auto old = group.wipe(slot);
    REQUIRE(group.run_until_voter(slot));
    for (int i = 0; i < 100; ++i)
        REQUIRE(group.run([&] { return group.add_anywhere((slot + 1) % 3, "a").has_value(); }));
    group.crash(slot);

    group[slot].disks = old;
    group.start(slot);
    REQUIRE(group.run([&] { return group.engine(slot).status().phase == Phase::failed; }));
    CHECK_THAT(group.engine(slot).status().reason, Contains("was removed"));
}

TEST_CASE("a disk that is back before its place was taken keeps it") {
    Members group(3);
    group.begin_with_history();
    const auto slot = group.follower();
    const auto old = group.wipe(slot);
    group.scheduler.run_for(base::milliseconds(GENERATE(50, 300, 600)));
    group.crash(slot);
    group[slot].disks = old;
    group.start(slot);
    REQUIRE(group.run_until_voter(slot));
    group.scheduler.run_for(base::seconds(30));
    CHECK(group.configured(slot) == each);
    CHECK(group.member(group.members(slot), slot).standing == MemberStatus::Standing::voter);
}

TEST_CASE("a member is removed and told, and a newcomer takes the empty slot by itself") {
    Members group(3);
    group.begin_with_history();
    const auto slot = group.follower();
    const auto other = 3 - slot - *group.leader();
    const auto node = group.member(group.members(other), slot).node;
    const auto removed = group.change(other, {Change::Kind::remove, node});
    REQUIRE(removed);
    CHECK_FALSE(removed->objection);
    REQUIRE(group.run([&] { return group.engine(slot).status().phase == Phase::failed; }));
    CHECK_THAT(group.engine(slot).status().reason, Contains("--first-start=0"));
    CHECK(group.change(other, {Change::Kind::remove, node})->objection == Objection::unknown_node);

    // As long as its process keeps running, started anew or not, the slot stays empty.
    group.scheduler.run_for(base::seconds(10));
    group.crash(slot);
    group.start(slot);
    group.scheduler.run_for(base::seconds(10));
    CHECK(group.configured(other).size() == 2);
    const auto metric = [&](const char* value) {
        return Contains(std::string("bookstored_raft_slots_without_voter{group=\"counters\"} ") + value);
    };
    CHECK(group.engine(other).status().slots_without_voter == std::vector<unsigned>{slot});
    CHECK_THAT(group[other].process->metrics.expose(), metric("1"));

    group.wipe(slot);
    REQUIRE(group.run_until_voter(slot));
    CHECK(group.engine(other).status().slots_without_voter.empty());
    CHECK_THAT(group[other].process->metrics.expose(), metric("0"));
    CHECK(group.configured(other) == each);
}

TEST_CASE("an operator may admit a newcomer before it would be by itself") {
    Members group(3);
    group.begin_with_history();
    const auto slot = group.follower();
    const auto other = 3 - slot - *group.leader();
    REQUIRE(group.change(other, {Change::Kind::remove, group.member(group.members(other), slot).node}));
    REQUIRE(group.run([&] { return group.engine(slot).status().phase == Phase::failed; }));
    group.wipe(slot);
    REQUIRE(group.run_until_serving(slot));
    const auto guest = group.member(group.members(other), slot);
    REQUIRE(guest.standing == MemberStatus::Standing::guest);
    const auto added = group.change(slot, {Change::Kind::add_learner, guest.node});
    REQUIRE(added);
    CHECK_FALSE(added->objection);
    CHECK(group.run_until_voter(slot));
}

TEST_CASE("a leader that is removed answers, and another leads on") {
    Members group(3);
    group.begin_with_history();
    const auto leader = *group.leader();
    const auto node = group.member(group.members(leader), leader).node;
    const auto outcome =
        begin(group.scheduler,
              group.engine(leader).change_member({Change::Kind::remove, node}, group.in(base::seconds(5))));
    group.scheduler.run_for(base::Duration::zero());
    CHECK(group.member(group.members(leader), leader).standing == MemberStatus::Standing::guest);
    REQUIRE(group.wait(outcome));
    CHECK_FALSE((*outcome)->value().objection);
    REQUIRE(group.run_until_leader(leader));
    CHECK(group.engine(leader).status().phase == Phase::failed);
    CHECK(group.add(*group.leader(), "a"));
}

TEST_CASE("what would cost the majority is refused") {
    Members group(3);
    group.begin_with_history();
    const auto leader = *group.leader();
    const auto dead = group.follower();
    const auto alive = 3 - leader - dead;
    group.crash(dead);
    group.scheduler.run_for(base::seconds(1));
    const auto node = group.member(group.members(leader), alive).node;
    CHECK(group.change(leader, {Change::Kind::remove, node})->objection == Objection::would_stall);
    CHECK(group.add(leader, "a"));
}
