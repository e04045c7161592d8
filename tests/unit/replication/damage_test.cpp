// A state that a disk has damaged or lost: never shown, and made anew from what others hold.
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using Catch::Contains;
using replication::Phase;

namespace {

/// `a` raised many times, so often that the log no longer holds the beginning; one replica is down.
struct Damage : ReplicaGroup {
    explicit Damage(unsigned count = 3) : ReplicaGroup(count) {
        options.log_keep_bytes = 200;
        options.checkpoint_bytes = 100;
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
        other = (first + 1) % count;
        for (unsigned i = 0; i < raised; ++i)
            REQUIRE(add(*leader(), "a"));
        REQUIRE(run_until_stored());
    }
    /// Nothing of it can be read any more.
    void damage(unsigned slot) {
        crash(slot);
        REQUIRE((*this)[slot].disks.log.content.base_index > 0);
        (*this)[slot].disks.state.damaged = true;
    }
    /// One value is another, and nothing tells but that.
    void corrupt(unsigned slot) {
        for (auto* content : {&(*this)[slot].disks.state.written, &(*this)[slot].disks.state.synced})
            content->set({0, "a"}, {"a", std::int64_t{1'000}});
    }
    std::string reason(unsigned slot) { return engine(slot).status().reason; }

    /// No call is answered from what `slot` holds until that is right.
    bool run_until_right(unsigned slot) {
        bool shown = false;
        const bool done = run([&] {
            const bool right = machine(slot).value("a") >= static_cast<std::int64_t>(raised) &&
                               machine(slot).value("a") < 1'000;
            const bool serves = engine(slot).status().phase == Phase::serving || engine(slot).leading();
            shown = shown || (serves && !right);
            return serves && right;
        });
        CHECK_FALSE(shown);
        return done;
    }

    static constexpr unsigned raised = 200;
    unsigned first = 0;
    unsigned other = 0;
};

} // namespace

TEST_CASE("a replica whose state is damaged takes its contents from another, and serves again") {
    Damage group;
    group.damage(group.other);
    group.start(group.other);
    CHECK(group.engine(group.other).status().phase == Phase::resyncing);
    CHECK_THAT(group.reason(group.other), Contains("damaged or lost"));
    CHECK(group.read(group.other).error() == base::Errc::not_ready);
    REQUIRE(group.run_until_right(group.other));
    CHECK(group[group.other].disks.state.installs == 1);
    CHECK(group.engine(group.other).status().voter); // its log and its vote were as good as ever
    CHECK(group.leader() == group.first);
    const auto added = group.add(group.first, "a");
    REQUIRE(added);
    REQUIRE(group.run_until_applied(group.other, added->version));
    CHECK(group.machine(group.other).digest() == group.machine(group.first).digest());
}

TEST_CASE("a damaged replica that is started once more before it was mended is mended then") {
    Damage group;
    group.damage(group.other);
    group.isolate(group.other);
    group.start(group.other);
    group.scheduler.run_for(base::seconds(10));
    CHECK(group.engine(group.other).status().phase == Phase::resyncing);
    CHECK_THAT(group.reason(group.other), Contains("when one leads"));
    group.crash(group.other);
    group.network.mend_all();
    group.start(group.other);
    CHECK(group.run_until_right(group.other));
}

TEST_CASE("a damaged state is replayed where the log holds all of it") {
    ReplicaGroup group(1);
    group.start(0);
    REQUIRE(group.run_until_leader());
    for (unsigned i = 0; i < 5; ++i)
        REQUIRE(group.add(0, "a"));
    group.scheduler.run_for(base::seconds(1));
    group.crash(0);
    REQUIRE(group[0].disks.log.content.base_index == 0);
    group[0].disks.state.damaged = true;
    group.start(0);
    REQUIRE(group.run_until_serving(0));
    CHECK(group.machine(0).value("a") == 5);
}

TEST_CASE("a group of one whose state is damaged says that there is nobody to ask, and is never ready") {
    Damage group(1);
    group.damage(0);
    group.start(0);
    group.scheduler.run_for(base::seconds(30));
    CHECK(group.engine(0).status().phase == Phase::resyncing);
    CHECK_FALSE(group.engine(0).leading());
    CHECK_THAT(group.reason(0), Contains("no other replica") && Contains("backup"));
    CHECK(group.add(0, "a").error() == base::Errc::not_ready);
}

TEST_CASE("a damaged replica does not lead, though nobody else can") {
    Damage group;
    group.damage(group.other);
    group.crash((group.other + 1) % 3);
    group.crash((group.other + 2) % 3);
    group.damage((group.other + 1) % 3);
    group.start(group.other);
    group.start((group.other + 1) % 3);
    group.scheduler.run_for(base::seconds(20));
    CHECK_FALSE(group.leader());
    group.start((group.other + 2) % 3); // the one copy that is left
    for (unsigned slot = 0; slot < 3; ++slot)
        CHECK(group.run_until_right(slot));
}

TEST_CASE("a row that changed on a disk is damage that the replica finds by itself") {
    Damage group;
    group.crash(group.other);
    group.isolate(group.other);
    group[group.other].disks.state.written.rows.at({0, "a"}).at(1) = std::int64_t{1'000};
    group.start(group.other);
    CHECK_THAT(group.reason(group.other), Contains("damaged or lost"));
    group.network.mend_all();
    CHECK(group.run_until_right(group.other));
}

TEST_CASE("a row that was wrong when it was written is never shown: a replica is compared before it serves") {
    Damage group;
    group.crash(group.other);
    group.corrupt(group.other);
    group.start(group.other);
    REQUIRE(group.run_until_right(group.other));
    CHECK(group[group.other].disks.state.installs == 1);
}

TEST_CASE("a row that was wrong when all went down is never shown, by a leader neither") {
    Damage group;
    for (unsigned slot = 0; slot < 3; ++slot)
        group.crash(slot);
    const auto wrong = GENERATE(0u, 1u, 2u);
    group.corrupt(wrong);
    group.start_all();
    bool shown = false;
    REQUIRE(group.run([&] {
        bool all = true;
        for (unsigned slot = 0; slot < 3; ++slot) {
            const bool serves =
                group.engine(slot).status().phase == Phase::serving || group.engine(slot).leading();
            shown = shown || (serves && group.machine(slot).value("a") == 1'000);
            all = all && serves;
        }
        return all || shown;
    }));
    CHECK_FALSE(shown);
    CHECK(group.add(*group.leader(), "a")->outcome == "201");
}

TEST_CASE("a replica that was started again waits for no more than the first comparison") {
    Damage group;
    group.crash(group.other);
    const auto before = group.scheduler.now();
    group.start(group.other);
    REQUIRE(group.run_until_serving(group.other));
    CHECK(group.scheduler.now() - before < base::milliseconds(700));
}

TEST_CASE("where no majority can confirm it a replica serves after a while, and the difference is shown") {
    Damage group;
    group.crash((group.first + 2) % 3);
    group.crash(group.other);
    group.corrupt(group.other);
    group.start(group.other);
    REQUIRE(group.run_until_leader());
    REQUIRE(group.run([&] { return group.reason(group.other).find("compared") != std::string::npos; }));
    const auto before = group.scheduler.now();
    REQUIRE(group.run_until_serving(group.other));
    CHECK(group.scheduler.now() - before < base::seconds(6));
    CHECK_THAT(group[*group.leader()].process->metrics.expose(),
               Contains("bookstored_raft_contents_unsettled{group=\"counters\"} 1"));
    group.start((group.first + 2) % 3); // with it there is a majority
    REQUIRE(group.run([&] { return group.engine(group.other).status().phase == Phase::resyncing; }));
    CHECK(group.run_until_right(group.other));
    CHECK(group.run([&] {
        return group[*group.leader()].process->metrics.expose().find(
                   "contents_unsettled{group=\"counters\"} 0") != std::string::npos;
    }));
}
