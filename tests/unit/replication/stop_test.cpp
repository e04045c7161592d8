#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Phase;

namespace {

struct Serving : ReplicaGroup {
    explicit Serving(unsigned count) : ReplicaGroup(count) {
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
    }
    /// Runs stop() to its end and says how long it took.
    base::Duration stop(unsigned slot, base::Duration patience = base::seconds(5)) {
        const auto before = scheduler.now();
        bool done = false;
        boost::asio::co_spawn(scheduler.executor(), engine(slot).stop(in(patience)),
                              [&done](std::exception_ptr failure) { done = !failure; });
        REQUIRE(run([&done] { return done; }));
        return scheduler.now() - before;
    }
    unsigned first = 0;
};

} // namespace

TEST_CASE("a leader that stops hands over at once") {
    Serving group(3);
    const auto waiting = group.propose(group.first, "a");
    group.scheduler.run_for(base::Duration::zero());
    const auto before = group.scheduler.now();
    bool done = false;
    boost::asio::co_spawn(group.scheduler.executor(),
                          group.engine(group.first).stop(group.in(base::seconds(5))),
                          [&done](std::exception_ptr) { done = true; });
    REQUIRE(group.run_until_leader(group.first));
    CHECK(group.scheduler.now() - before <= base::milliseconds(50));
    CHECK(group.wait(waiting)); // what was queued has got its outcome
    REQUIRE(group.run([&done] { return done; }));
    CHECK(group.engine(group.first).status().phase == Phase::stopped);
    CHECK(group.add(group.first, "a").error() == base::Errc::stopping);
    CHECK(group.add(*group.leader(), "a")->outcome == "2");
}

TEST_CASE("a group of one stops without waiting for anybody, and its state is durable") {
    Serving group(1);
    REQUIRE(group.add(0, "a"));
    CHECK(group.stop(0) < base::milliseconds(100));
    CHECK(group[0].disks.state.synced.position.index == group.engine(0).applied());
    group.crash(0, Crash::power_cut);
    group.start(0);
    CHECK(group.machine(0).value("a") == 1); // before any log is replayed
}

TEST_CASE("a leader that nobody can follow stops within its time") {
    Serving group(3);
    group.isolate(group.first);
    CHECK(group.stop(group.first, base::seconds(2)) <= base::seconds(2));
    CHECK(group.engine(group.first).status().phase == Phase::stopped);
}

TEST_CASE("a stuck disk does not hold up a stop") {
    Serving group(1);
    group[0].process->state_worker.set_latency(base::seconds(60));
    const auto added = group.propose(0, "a");
    group.scheduler.run_for(base::milliseconds(10));
    CHECK(group.stop(0, base::seconds(2)) <= base::seconds(2));
}

TEST_CASE("a replica that never formed a group stops") {
    ReplicaGroup group(3);
    group.start(0);
    bool done = false;
    boost::asio::co_spawn(group.scheduler.executor(), group.engine(0).stop(group.in(base::seconds(1))),
                          [&done](std::exception_ptr) { done = true; });
    CHECK(group.run([&done] { return done; }, base::seconds(1)));
}

TEST_CASE("the reluctant member leads only until another can") {
    ReplicaGroup group(3);
    group.options.members[2].reluctant = true;
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    REQUIRE(group.run([&] { return group.leader() && *group.leader() != 2; }));
    group.scheduler.run_for(base::seconds(10));
    const auto leader = *group.leader();
    CHECK(leader != 2);
    // With the other host gone it does its part, and more if it must.
    group.crash(leader);
    REQUIRE(group.run([&] { return group.leader() == 1 - leader; }));
    CHECK(group.add(1 - leader, "a"));
}

TEST_CASE("a leader that stops hands over to one that would lead, not to the tie-breaker") {
    ReplicaGroup group(3);
    group.options.members[2].reluctant = true;
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    REQUIRE(group.run([&] { return group.leader() && *group.leader() != 2; }));
    const auto leader = *group.leader();
    const auto term = group.engine(leader).status().term;
    group.network.cut(group.endpoint(leader),
                      group.endpoint(1 - leader)); // the tie-breaker is ahead for a moment
    const auto waiting = group.propose(leader, "a");
    group.scheduler.run_for(base::milliseconds(20));
    group.network.mend_all();
    boost::asio::co_spawn(group.scheduler.executor(), group.engine(leader).stop(group.in(base::seconds(5))),
                          boost::asio::detached);
    REQUIRE(group.run_until_leader(leader));
    CHECK(group.leader() == 1 - leader);
    CHECK(group.engine(1 - leader).status().term == term + 1); // nobody led in between
}

TEST_CASE("one that is stopping does not take over") {
    Serving group(3);
    const auto other = (group.first + 1) % 3;
    const auto third = (group.first + 2) % 3;
    group[other].process->state_worker.set_latency(base::seconds(2)); // its stop takes a while
    boost::asio::co_spawn(group.scheduler.executor(), group.engine(other).stop(group.in(base::seconds(5))),
                          boost::asio::detached);
    group.isolate(third); // so that there is nobody else to hand over to
    group.scheduler.run_for(base::milliseconds(10));
    boost::asio::co_spawn(group.scheduler.executor(),
                          group.engine(group.first).stop(group.in(base::seconds(5))), boost::asio::detached);
    group.scheduler.run_for(base::milliseconds(200));
    CHECK(group.engine(other).status().role == consensus::Role::follower);
}
