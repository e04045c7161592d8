// Random faults against a whole group. A failing run is repeated by its seed.
#include <algorithm>
#include <set>

#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Phase;

namespace {

/// Raises one counter through whatever replica, and remembers what it was told.
class Story {
public:
    explicit Story(std::uint64_t seed) : group(3, seed), dice(seed ^ 0x5eed) {
        group.options.checkpoint_bytes = 20; // a few entries: snapshots come soon
        group.options.log_keep_bytes = 300;
    }

    void run(unsigned steps) {
        group.start_all();
        REQUIRE(group.run_until_all_serve());
        for (unsigned step = 0; step < steps; ++step) {
            act();
            group.scheduler.run_for(base::milliseconds(dice.below(200)));
            collect();
            check_leases();
        }
        heal();
        check();
    }

private:
    void act() {
        const auto slot = static_cast<unsigned>(dice.below(3));
        switch (dice.below(18)) {
        case 0:
            if (running() == 3) group.crash(slot, dice.below(2) ? Crash::kill : Crash::power_cut);
            return;
        case 1:
            revive(slot);
            return;
        case 2:
            group.isolate(slot);
            return;
        case 3:
            group.network.mend_all();
            return;
        case 4:
            if (group[slot].running())
                group[slot].process->log_worker.set_latency(base::milliseconds(1 + dice.below(60)));
            return;
        case 5:
            if (running() == 3) group[slot].disks.log.writes_left = dice.below(5);
            return;
        case 6:
            if (running() == 3) stop(slot);
            return;
        case 7:
            if (group[slot].running()) read(slot);
            return;
        case 8:
        case 9:
        case 10:
        case 11:
            if (whole()) lose_disk(slot);
            return;
        default:
            if (group[slot].running()) raise(slot);
        }
    }

    unsigned running() {
        unsigned count = 0;
        for (unsigned slot = 0; slot < 3; ++slot)
            count += group[slot].running() && !ended(slot);
        return count;
    }

    /// A new process, on a disk that has been repaired, where there is none or only one that stepped aside.
    void revive(unsigned slot) {
        if (group[slot].running() && !ended(slot)) return;
        group.crash(slot);
        group[slot].disks.log.writes_left.reset();
        group.start(slot);
    }

    bool ended(unsigned slot) {
        const auto phase = group.engine(slot).status().phase;
        return phase == Phase::failed || phase == Phase::stopped;
    }

    /// All vote, and none of them knows of anything that is not committed: one disk may be lost then.
    bool whole() {
        const auto committed = group[0].running() ? group.engine(0).status().committed : 0;
        for (unsigned slot = 0; slot < 3; ++slot) {
            if (!group[slot].running()) return false;
            const auto status = group.engine(slot).status();
            if (status.phase != Phase::serving || !status.voter || status.last_index != committed ||
                status.committed != committed)
                return false;
        }
        return true;
    }

    void lose_disk(unsigned slot) {
        group.crash(slot);
        group.lose_disk(slot);
        group.start(slot, false);
        ++losses;
    }

    void stop(unsigned slot) {
        const auto deadline = group.in(base::milliseconds(dice.below(500)));
        boost::asio::co_spawn(group.scheduler.executor(), group.engine(slot).stop(deadline),
                              boost::asio::detached);
    }

    void check_leases() {
        unsigned sure = 0;
        for (unsigned slot = 0; slot < 3; ++slot)
            sure += group[slot].running() && group.engine(slot).lease_until() > group.scheduler.now();
        CHECK(sure <= 1);
    }

    void raise(unsigned slot) {
        for (auto commands = 1 + dice.below(5); commands > 0; --commands) {
            asked.push_back(
                begin(group.scheduler, group.engine(slot).propose_anywhere(
                                           "a", group.in(base::milliseconds(50 + dice.below(1'000))))));
            ++attempts;
        }
    }

    /// What was answered before a read began must be in what it sees.
    void read(unsigned slot) {
        collect();
        const auto floor = acknowledged.empty() ? 0 : *acknowledged.rbegin();
        auto& engine = group.engine(slot);
        const auto deadline = group.in(base::milliseconds(400));
        const auto answer = begin(group.scheduler, engine.read_barrier(deadline));
        group.run([&] { return answer->has_value(); }, base::milliseconds(500));
        REQUIRE(answer->has_value());
        if (**answer) CHECK(group.machine(slot).value("a") >= floor);
    }

    void collect() {
        std::erase_if(asked, [this](const auto& result) {
            if (!result->has_value()) return false;
            const auto& outcome = **result;
            if (outcome)
                CHECK(acknowledged.insert(std::stoll(outcome->outcome)).second); // no value is given twice
            else if (!base::outcome_is_unknown(outcome.error()))
                ++refused;
            return true;
        });
    }

    void heal() {
        group.network.mend_all();
        for (unsigned slot = 0; slot < 3; ++slot)
            group[slot].disks.log.writes_left.reset();
        group.scheduler.run_for(base::seconds(1)); // what was stopping has stopped
        for (unsigned slot = 0; slot < 3; ++slot) {
            revive(slot);
            group[slot].process->log_worker.set_latency(base::milliseconds(2));
        }
        REQUIRE(group.run_until_leader());
        REQUIRE(group.run_until_all_serve());
        for (unsigned slot = 0; slot < 3; ++slot)
            REQUIRE(group.run([&] { return group.engine(slot).status().voter; }));
        group.scheduler.run_for(base::seconds(2));
        collect();
        CHECK(asked.empty());
    }

    void check() {
        const auto leader = *group.leader();
        const auto last = group.add(leader, "a");
        REQUIRE(last);
        const auto total = std::stoll(last->outcome);
        if (!acknowledged.empty()) CHECK(total > *acknowledged.rbegin());
        CHECK(total <= static_cast<std::int64_t>(attempts - refused) + 1); // a refusal has had no effect
        for (unsigned slot = 0; slot < 3; ++slot) {
            REQUIRE(group.run_until_applied(slot, last->version));
            CHECK(group.engine(slot).status().digest == group.engine(leader).status().digest);
            CHECK(group.engine(slot).status().voter);
        }
    }

    ReplicaGroup group;
    base::Random dice;
    std::vector<std::shared_ptr<std::optional<ReplicaGroup::Outcome>>> asked;
    std::set<std::int64_t> acknowledged;
    std::size_t attempts = 0;
    std::size_t refused = 0;

public:
    unsigned losses = 0; ///< of disks
};

} // namespace

TEST_CASE("whatever happens, nothing answered is lost, and replicas agree") {
    constexpr unsigned seeds = 100;
    unsigned losses = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        CAPTURE(seed);
        Story story(seed);
        story.run(120);
        losses += story.losses;
    }
    CHECK(losses > seeds / 2);
}
