// A replica whose next entry has been cut away gets the state instead.
#include <bookstore/net/loop.hpp>
#include <bookstore/replication/methods.hpp>

#include "replication/snapshot_chunk.hpp"
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Phase;

namespace {

/// `away` is down while the others write so much that the log has been cut beyond what it holds.
struct LeftBehind {
    explicit LeftBehind(unsigned commands = 60, std::size_t command_bytes = 1) {
        group.options.checkpoint_bytes = 20 * command_bytes;
        group.options.log_keep_bytes = 200;
        group.start_all();
        REQUIRE(group.run_until_all_serve());
        leader = *group.leader();
        away = (leader + 1) % 3;
        REQUIRE(group.add(leader, "before"));
        group.scheduler.run_for(base::seconds(1));
        group.crash(away);
        for (unsigned i = 0; i < commands; ++i)
            REQUIRE(group.add(leader, std::string(command_bytes, static_cast<char>('a' + i % 26))));
        group.scheduler.run_for(base::seconds(1));
        REQUIRE(group[leader].disks.log.content.base_index > group[away].disks.log.last_index());
    }

    void check_equal() {
        group[away].process->state_worker.set_latency(base::milliseconds(3));
        group[away].process->snapshot_worker.set_latency(base::milliseconds(1));
        const auto reference = *group.leader();
        const auto added = group.add(reference, "after");
        REQUIRE(added);
        for (unsigned slot = 0; slot < 3; ++slot) {
            CAPTURE(slot);
            REQUIRE(group.run_until_applied(slot, added->version));
            CHECK(group.engine(slot).status().digest == group.engine(reference).status().digest);
        }
        group.scheduler.run_for(base::seconds(5));
        CHECK(disks().state.written.rows == group[reference].disks.state.written.rows);
    }
    Replica::Disks& disks() { return group[away].disks; }

    ReplicaGroup group{3};
    unsigned leader = 0;
    unsigned away = 0;
};

} // namespace

TEST_CASE("a replica that the log cannot help gets a snapshot, and then the log again") {
    LeftBehind story;
    story.group.start(story.away);
    REQUIRE(story.group.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    CHECK(story.disks().log.content.base_index > 0);
    CHECK(story.group.engine(story.away).status().voter);
    story.check_equal();
}

TEST_CASE("what a machine held before an installation is let go of on a worker") {
    LeftBehind story;
    story.group.start(story.away);
    const auto& let_go = *story.group.machine(story.away).let_go;
    const int at_start = let_go.on_loop;
    REQUIRE(story.group.run_until_serving(story.away));
    CHECK(let_go.on_worker == 1);
    CHECK(let_go.on_loop == at_start);
}

TEST_CASE("a state of many chunks arrives whole") {
    LeftBehind story(30, 100'000);
    story.group.start(story.away);
    REQUIRE(story.group.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    CHECK(story.disks().state.received_bytes > 4 * story.group.options.snapshot_piece_bytes);
    story.check_equal();
}

TEST_CASE("writes go on while a snapshot is sent and installed") {
    LeftBehind story;
    story.group.start(story.away);
    story.group[story.away].process->state_worker.set_latency(base::seconds(2));
    std::int64_t raised = 0;
    while (story.group.engine(story.away).status().phase != Phase::serving) {
        const auto added = story.group.add(story.leader, "meanwhile");
        REQUIRE(added);
        REQUIRE(++raised < 5'000);
    }
    CHECK(raised > 10);
    CHECK(story.group.leader() == story.leader);
    story.check_equal();
}

TEST_CASE("with one member dead, its heartbeats' answers keep the leader while another installs") {
    LeftBehind story;
    story.group.start(story.away);
    story.group[story.away].process->state_worker.set_latency(base::seconds(3));
    REQUIRE(story.group.run([&] { return story.group.engine(story.away).status().leader_slot.has_value(); }));
    const auto term = story.group.engine(story.leader).status().term;
    story.group.crash(3 - story.leader - story.away);
    REQUIRE(story.group.run_until_serving(story.away));
    CHECK(story.group.leader() == story.leader);
    CHECK(story.group.engine(story.leader).status().term == term);
    CHECK(story.group.add(story.leader, "a"));
}

TEST_CASE("a crash at any moment of an installation is put right by the next start") {
    const auto how = GENERATE(Crash::kill, Crash::power_cut);
    unsigned between = 0;
    for (std::int64_t after = 1; after <= 60; ++after) {
        CAPTURE(after);
        LeftBehind story;
        story.group.start(story.away);
        story.group.scheduler.run_for(base::milliseconds(after));
        story.group.crash(story.away, how);
        const auto& disks = story.disks();
        between += disks.log.content.base_index < disks.state.written.position.index &&
                   disks.log.last_index() < disks.state.written.position.index;
        story.group.start(story.away);
        REQUIRE(story.group.run_until_serving(story.away));
        story.check_equal();
    }
    CHECK(between > 0); // the loop has hit the moments between state and log
}

TEST_CASE("a transfer that breaks off is begun again") {
    LeftBehind story(30, 100'000);
    story.group.start(story.away);
    REQUIRE(story.group.run([&] { return story.group.engine(story.away).status().leader_slot.has_value(); }));
    story.group.scheduler.run_for(base::milliseconds(8));
    CHECK(story.disks().state.installs == 0);
    SECTION("because the cable is pulled") {
        story.group.isolate(story.away);
        story.group.scheduler.run_for(base::seconds(8));
        CHECK(story.disks().state.installs == 0);
        story.group.network.mend_all();
    }
    SECTION("because its sender dies") {
        story.group.crash(story.leader);
        REQUIRE(story.group.run_until_leader(story.leader));
        story.group.start(story.leader);
    }
    REQUIRE(story.group.run_until_serving(story.away));
    story.check_equal();
}

TEST_CASE("the log's tail is kept while a snapshot is on its way") {
    LeftBehind story(30, 100'000);
    story.group.start(story.away);
    story.group[story.away].process->state_worker.set_latency(base::seconds(2));
    REQUIRE(story.group.run([&] { return story.group.engine(story.away).status().leader_slot.has_value(); }));
    for (unsigned i = 0; i < 60; ++i)
        REQUIRE(story.group.add(story.leader, std::string(50'000, 'z')));
    REQUIRE(story.group.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    story.check_equal();
}

TEST_CASE("a voter whose disk was lost starts anew from a snapshot") {
    LeftBehind story;
    story.group.lose_disk(story.away);
    story.group.start(story.away);
    REQUIRE(story.group.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    CHECK(story.group.run([&] { return story.group.engine(story.away).status().voter; }));
    story.check_equal();
}
