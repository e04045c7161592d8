// A log that is damaged or gone: its replica joins anew, under another name, and never forms a group.
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

namespace {

struct Rejoining : ReplicaGroup {
    explicit Rejoining(unsigned count = 3) : ReplicaGroup(count) {
        start_all();
        REQUIRE(run_until_all_serve());
        for (int i = 0; i < 10; ++i)
            REQUIRE(add(*leader(), "a"));
        REQUIRE(run_until_stored());
    }
    void damage(unsigned slot) {
        crash(slot);
        (*this)[slot].disks.log.damage = "step 7 is not what was written";
    }
    std::vector<replication::MemberStatus> members() {
        return *wait(begin(scheduler, engine(*leader()).members(in(base::seconds(5)))));
    }
    consensus::NodeId node_in(unsigned slot) {
        for (const auto& member : members())
            if (member.slot == slot && member.standing == replication::MemberStatus::Standing::voter)
                return member.node;
        return consensus::nobody;
    }
    bool run_until_voter(unsigned slot) {
        return run([this, slot] { return engine(slot).status().voter; });
    }
    void check_equal(unsigned slot) {
        const auto added = add(*leader(), "a");
        REQUIRE(added);
        REQUIRE(run_until_applied(slot, added->version));
        CHECK(machine(slot).digest() == machine(*leader()).digest());
        CHECK(machine(slot).value("a") == 11);
    }
    unsigned a_follower() { return (*leader() + 1) % static_cast<unsigned>(options.members.size()); }
};

} // namespace

TEST_CASE(
    "a voter whose log is damaged comes back under another name, is sent everything and gets its vote") {
    Rejoining group;
    const auto slot = group.a_follower();
    const auto former = group.node_in(slot);
    group.damage(slot);
    group.start(slot);
    CHECK(group.engine(slot).status().phase == Phase::joining);
    CHECK(group.machine(slot).value("a") == 0); // nothing of the old state is shown
    REQUIRE(group.run_until_serving(slot));
    REQUIRE(group.run_until_voter(slot));
    REQUIRE(group.run([&] { return group.members().size() == 3; }));
    CHECK(group.node_in(slot) != consensus::nobody);
    CHECK(group.node_in(slot) != former);
    group.check_equal(slot);

    group.crash(slot); // and it goes on under that name
    const auto now = group.node_in(slot);
    group.start(slot);
    REQUIRE(group.run_until_serving(slot));
    CHECK(group.node_in(slot) == now);
}

TEST_CASE("a crash while a damaged log is set aside leads to the same end") {
    Rejoining group;
    const auto slot = group.a_follower();
    group.damage(slot);
    auto& disks = group[slot].disks;
    MemoryLog(disks.log).set_aside();
    SECTION("before the state was") {
        CHECK(disks.state.written.position.index > 0);
    }
    SECTION("after it was, and before there was a name") {
        MemoryState(disks.state).set_aside();
    }
    group.start(slot);
    CHECK(group.engine(slot).status().phase == Phase::joining);
    REQUIRE(group.run_until_voter(slot));
    REQUIRE(group.run_until_serving(slot));
    group.check_equal(slot);
}

TEST_CASE("a state whose log is gone is not believed") {
    Rejoining group;
    const auto slot = group.a_follower();
    group.crash(slot);
    group[slot].disks.log = {};
    group.start(slot);
    CHECK(group.engine(slot).status().phase == Phase::joining);
    REQUIRE(group.run_until_voter(slot));
    group.check_equal(slot);
}

TEST_CASE("where all logs are damaged at once no new group is formed over the old one's ashes") {
    Rejoining group;
    for (unsigned slot = 0; slot < 3; ++slot)
        group.damage(slot);
    for (int life = 0; life < 2; ++life) {
        group.start_all();
        group.scheduler.run_for(base::seconds(30));
        for (unsigned slot = 0; slot < 3; ++slot) {
            CHECK(group.engine(slot).status().phase == Phase::joining);
            CHECK_THAT(group.engine(slot).status().reason, Contains("what was set aside"));
            group.crash(slot);
        }
    }
}

TEST_CASE("where the logs of a majority are damaged at once the rest does not go on alone") {
    Rejoining group;
    const auto left = *group.leader();
    for (unsigned slot = 0; slot < 3; ++slot) {
        if (slot == left) continue;
        group.damage(slot);
        group.start(slot);
    }
    group.scheduler.run_for(base::seconds(30));
    CHECK_FALSE(group.leader());
    CHECK(group.machine(left).value("a") == 10); // its copy is there for who recovers the group
    CHECK(group.engine(left).status().phase == Phase::resyncing);
}

TEST_CASE("a group of one whose log is damaged or gone refuses to start, and nothing is moved") {
    Rejoining group(1);
    SECTION("damaged") {
        group.damage(0);
        CHECK_THROWS_WITH(group.start(0), Contains("step 7") && Contains("restore a backup"));
        CHECK_FALSE(group[0].disks.log.damage.empty());
    }
    SECTION("gone") {
        group.crash(0);
        group[0].disks.log = {};
        CHECK_THROWS_WITH(group.start(0), Contains("the log is lost") && Contains("restore a backup"));
    }
    CHECK(group[0].disks.state.written.position.index > 0);
}

TEST_CASE("a damaged log is no empty directory: a first start is refused there") {
    Rejoining group;
    const auto slot = group.a_follower();
    group.damage(slot);
    CHECK_THROWS_WITH(group.start(slot, true), Contains("--first-start=1"));
    CHECK_FALSE(group[slot].disks.log.damage.empty());
}
