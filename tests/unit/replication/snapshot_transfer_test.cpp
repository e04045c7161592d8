// Snapshots of many pieces: what breaks off goes on, and what stands in their way is named.
#include <algorithm>

#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Phase;

namespace {

/// Of `count` replicas `away` (and the one behind it, if there are more than three) are down while the others
/// write so much that the log has been cut beyond what they hold. Pieces are small, so a snapshot has many.
struct Story : ReplicaGroup {
    explicit Story(unsigned count = 3) : ReplicaGroup(count) {
        options.checkpoint_bytes = 200;
        options.log_keep_bytes = 400;
        options.snapshot_piece_bytes = 256;
        start_all();
        REQUIRE(run_until_all_serve());
        sender = *leader();
        away = (sender + 1) % count;
        crash(away);
        if (count > 3) crash((away + 1) % count);
        std::shared_ptr<std::optional<Outcome>> last;
        for (int i = 0; i < counters; ++i)
            last = propose(sender, "counter " + std::to_string(i));
        REQUIRE(wait(last));
        for (int i = 0; i < 10; ++i)
            REQUIRE(add(sender, std::string(100, 'x')));
        scheduler.run_for(base::seconds(1));
        REQUIRE((*this)[sender].disks.log.content.base_index > disks().log.last_index());
    }

    Replica::Disks& disks() { return (*this)[away].disks; }
    std::string reason(unsigned slot) { return engine(slot).status().reason; }
    /// Until some of the snapshot has come to `away`, but not all.
    void run_until_half() {
        REQUIRE(run([&] { return disks().state.received.size() >= half; }));
        REQUIRE(disks().state.installs == 0);
    }
    void check_equal() {
        const auto reference = *leader();
        const auto added = add(reference, "after");
        REQUIRE(added);
        REQUIRE(run_until_applied(away, added->version));
        CHECK(engine(away).status().digest == engine(reference).status().digest);
    }

    static constexpr int counters = 1'000;
    static constexpr std::size_t half = 8'000; ///< of some 15,000 bytes
    unsigned sender = 0;
    unsigned away = 0;
};

} // namespace

TEST_CASE("a receiver that is killed in the middle goes on where it was, and gets no byte twice") {
    Story story;
    story.start(story.away);
    story.run_until_half();
    story.crash(story.away);
    const auto before = story.disks().state.received_bytes;
    story.start(story.away);
    REQUIRE(story.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    CHECK(story.disks().state.received_bytes < before + 2 * story.half);
    CHECK(story.disks().state.received_bytes > before);
    story.check_equal();
    CHECK(story.disks().state.received.empty());
}

TEST_CASE("what a power cut took of a half received snapshot is found, and it is begun anew") {
    Story story;
    story.start(story.away);
    story.run_until_half();
    story.crash(story.away, Crash::power_cut);
    std::fill(story.disks().state.received.begin() + 5'000, story.disks().state.received.end(), '\0');
    story.start(story.away);
    REQUIRE(story.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    story.check_equal();
}

TEST_CASE("a cable that is pulled for a moment costs no byte twice") {
    Story story;
    story.start(story.away);
    story.run_until_half();
    story.isolate(story.away);
    story.scheduler.run_for(base::seconds(8));
    story.network.mend_all();
    const auto before = story.disks().state.received_bytes;
    REQUIRE(story.run_until_serving(story.away));
    CHECK(story.disks().state.received_bytes < before + 2 * story.half);
    story.check_equal();
}

TEST_CASE("when its sender has gone another sends its own, from the beginning") {
    Story story;
    story.start(story.away);
    story.run_until_half();
    const auto label = story.disks().state.received_label;
    story.crash(story.sender);
    REQUIRE(story.run_until_leader(story.sender));
    REQUIRE(story.run([&] { return story.disks().state.received_label != label; }));
    story.start(story.sender);
    REQUIRE(story.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    story.check_equal();
}

TEST_CASE("two receivers at once are sent the same snapshot") {
    Story story(5);
    const auto second = (story.away + 1) % 5;
    story.start(story.away);
    story.start(second);
    REQUIRE(story.run([&] {
        const auto& a = story.disks().state;
        const auto& b = story[second].disks.state;
        return !a.received.empty() && !b.received.empty() && a.received_label == b.received_label;
    }));
    REQUIRE(story.run_until_serving(story.away));
    REQUIRE(story.run_until_serving(second));
    CHECK(story.disks().state.installs == 1);
    CHECK(story[second].disks.state.installs == 1);
    story.check_equal();
}

TEST_CASE("a receiver without room says so and takes nothing, until there is some") {
    Story story;
    story.disks().space.free_bytes = story.options.reserve_bytes + 1'000;
    story.start(story.away);
    REQUIRE(story.run(
        [&] { return story.reason(story.away).find("no room for a snapshot") != std::string::npos; }));
    story.scheduler.run_for(base::seconds(10));
    CHECK(story.disks().state.received.empty());
    CHECK(story.engine(story.away).status().phase == Phase::resyncing);
    story.disks().space.free_bytes = 100ull << 30;
    REQUIRE(story.run_until_serving(story.away));
    story.check_equal();
}

TEST_CASE("a leader does not fill its disk with a snapshot, and hands over to who has room") {
    Story story;
    story[story.sender].disks.space.free_bytes = story.options.reserve_bytes - 1;
    story.start(story.away);
    REQUIRE(story.run_until_leader(story.sender));
    REQUIRE(story.run_until_serving(story.away));
    story.check_equal();
}

TEST_CASE("while its machine is filled a replica votes and acknowledges, and shows nothing") {
    Story story;
    story.start(story.away);
    REQUIRE(story.run([&] { return story.disks().state.installs == 1; }));
    story[story.away].process->snapshot_worker.set_latency(base::seconds(3)); // to read a block of rows
    REQUIRE(story.run(
        [&] { return story.reason(story.away).find("takes over a snapshot") != std::string::npos; }));
    CHECK_FALSE(story.engine(story.away).status().contents_whole);
    CHECK(story.engine(story.away).status().digest == 0); // of the version that it shows: none
    CHECK(story.read(story.away, base::milliseconds(500)).error() == base::Errc::not_ready);

    // With the third gone it takes the replica that is being filled to commit, and then to elect.
    story.crash(3 - story.sender - story.away);
    REQUIRE(story.add(story.sender, "a"));
    CHECK_FALSE(story.engine(story.away).status().contents_whole);
    story.start(3 - story.sender - story.away);
    story.crash(story.sender);
    REQUIRE(story.run_until_leader(story.sender));
    story.start(story.sender);
    REQUIRE(story.run_until_serving(story.away));
    CHECK(story.disks().state.installs == 1);
    story.check_equal();
}

TEST_CASE("a crash at any moment of a long installation is put right by the next start") {
    const auto how = GENERATE(Crash::kill, Crash::power_cut);
    unsigned received = 0, built = 0, installed = 0, filling = 0;
    for (int after = 0; after < 30; ++after) {
        CAPTURE(after);
        Story story;
        story.start(story.away);
        REQUIRE(story.run([&] { return story.disks().state.received.size() > 13'500; }));
        story[story.away].process->snapshot_worker.set_latency(base::milliseconds(4));
        story.scheduler.run_for(base::milliseconds(3 * after));
        const auto& state = story.disks().state;
        received += !state.received.empty() && !state.built;
        built += state.built.has_value();
        installed += state.installs == 1;
        filling += !story.engine(story.away).status().contents_whole;
        story.crash(story.away, how);
        story.start(story.away);
        REQUIRE(story.run_until_serving(story.away));
        story.check_equal();
    }
    CHECK(received > 0);
    CHECK(built > 0);
    CHECK(installed > 0);
    CHECK(filling > 0);
}
