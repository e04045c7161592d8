#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Phase;

namespace {

struct Serving : ReplicaGroup {
    Serving() : ReplicaGroup(3) {
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
    }
    unsigned first = 0;
};

} // namespace

TEST_CASE("a read barrier shows everything answered before it, at every replica") {
    Serving group;
    for (unsigned round = 1; round <= 10; ++round) {
        const auto added = group.add(group.first, "a");
        REQUIRE(added);
        for (unsigned slot = 0; slot < 3; ++slot) {
            const auto version = group.read(slot);
            REQUIRE(version);
            CHECK(*version >= added->version);
            CHECK(group.machine(slot).value("a") == round);
        }
    }
}

TEST_CASE("a follower's readers do not wait for the next heartbeat or entry") {
    Serving group;
    const auto follower = (group.first + 1) % 3;
    group.scheduler.run_for(base::seconds(1));
    const auto soon = base::milliseconds(10); // a heartbeat comes every 50
    for (unsigned round = 0; round < 20; ++round) {
        const auto added = group.add(group.first, "a");
        REQUIRE(added);
        const auto wait = [&] { return group.engine(follower).wait_applied(added->version, group.in(soon)); };
        const auto version =
            round % 2 == 0 ? group.read(follower, soon) : group.wait(begin(group.scheduler, wait()));
        REQUIRE(version);
        CHECK(*version >= added->version);
        group.scheduler.run_for(base::milliseconds(137)); // it has asked too long ago to be told unasked
    }
}

TEST_CASE("readers of one moment share a round, and those who come later do not") {
    Serving group;
    const auto follower = (group.first + 1) % 3;
    group.scheduler.run_for(base::seconds(1));
    const auto before = group.network.sent();
    std::vector<std::shared_ptr<std::optional<ReplicaGroup::Version>>> reads;
    for (unsigned i = 0; i < 100; ++i)
        reads.push_back(
            begin(group.scheduler, group.engine(follower).read_barrier(group.in(base::seconds(1)))));
    group.scheduler.run_for(base::Duration::zero());
    for (const auto& read : reads)
        REQUIRE(group.wait(read));
    CHECK(group.network.sent() - before < 20);
}

TEST_CASE("a leader that is cut off answers no read when others may have written") {
    Serving group;
    REQUIRE(group.add(group.first, "a"));
    group.isolate(group.first);
    REQUIRE(group.run_until_leader(group.first));
    REQUIRE(group.add(*group.leader(group.first), "a"));
    CHECK_FALSE(group.read(group.first, base::milliseconds(500)));
    // At its latest its lease has run out when the next leader can have written.
    CHECK(group.engine(group.first).lease_until() < group.scheduler.now());
}

TEST_CASE("a follower that is cut off answers no read, and does after the partition heals") {
    Serving group;
    const auto follower = (group.first + 1) % 3;
    group.isolate(follower);
    const auto added = group.add(group.first, "a");
    REQUIRE(added);
    CHECK_FALSE(group.read(follower, base::milliseconds(300)));
    group.scheduler.run_for(base::seconds(2));
    CHECK(group.engine(follower).status().phase == Phase::resyncing);
    CHECK(group.engine(follower).status().reason == "no leader");

    group.network.mend_all();
    REQUIRE(group.run_until_serving(follower));
    const auto version = group.read(follower);
    REQUIRE(version);
    CHECK(*version >= added->version);
    CHECK(group.leader() == group.first); // pre-votes have disturbed nobody
}

TEST_CASE("waiting for a version ends when it is applied, or with the deadline") {
    Serving group;
    const auto follower = (group.first + 1) % 3;
    group.scheduler.run_for(base::seconds(1));
    const auto next = group.engine(follower).applied() + 1;
    const auto waiting =
        begin(group.scheduler, group.engine(follower).wait_applied(next, group.in(base::seconds(5))));
    const auto in_vain =
        begin(group.scheduler, group.engine(follower).wait_applied(next + 100, group.in(base::seconds(1))));
    group.scheduler.run_for(base::milliseconds(500));
    CHECK_FALSE(waiting->has_value());
    REQUIRE(group.add(group.first, "a"));
    const auto reached = group.wait(waiting);
    REQUIRE(reached);
    CHECK(*reached >= next);
    CHECK(group.wait(in_vain).error() == base::Errc::timed_out);
}

TEST_CASE("a leader's lease lies ahead while it is heard, and is nobody else's") {
    Serving group;
    group.scheduler.run_for(base::seconds(1));
    CHECK(group.engine(group.first).lease_until() > group.scheduler.now());
    CHECK(group.engine((group.first + 1) % 3).lease_until() == base::TimePoint{});
}
