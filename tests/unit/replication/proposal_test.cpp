#include <set>

#include <bookstore/base/limits.hpp>

#include "replication/batcher.hpp"
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Batcher;
namespace limits = base::limits;

namespace {

struct Serving : ReplicaGroup {
    explicit Serving(unsigned count) : ReplicaGroup(count) {
        start_all();
        REQUIRE(run_until_all_serve());
        first = *leader();
    }
    unsigned first = 0; ///< the first leader
};

} // namespace

TEST_CASE("commands of one moment share an entry, and those that wait share the next") {
    Serving group(3);
    const auto last = group.engine(group.first).status().last_index;
    std::vector<std::shared_ptr<std::optional<ReplicaGroup::Outcome>>> proposals;
    for (unsigned i = 0; i < 100; ++i)
        proposals.push_back(group.propose(group.first, "a"));
    std::set<std::string> outcomes;
    for (const auto& proposal : proposals) {
        const auto outcome = group.wait(proposal);
        REQUIRE(outcome);
        CHECK(outcome->version == last + 1);
        outcomes.insert(outcome->outcome);
    }
    CHECK(outcomes.size() == proposals.size());
}

TEST_CASE("a crowd waits for the batch that is on its way, until it is worth a second one") {
    Serving group(3);
    for (unsigned slot = 0; slot < 3; ++slot)
        group[slot].process->log_worker.set_latency(base::milliseconds(50));
    std::vector<std::shared_ptr<std::optional<ReplicaGroup::Outcome>>> proposals;
    const auto uncommitted = [&] {
        group.scheduler.run_for(base::milliseconds(1));
        const auto status = group.engine(group.first).status();
        return status.last_index - status.committed;
    };
    const auto propose = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            proposals.push_back(group.propose(group.first, "a"));
    };
    propose(Batcher::few_commands + 1);
    CHECK(uncommitted() == 1);
    propose(Batcher::commands_worth_a_batch - 1);
    CHECK(uncommitted() == 1);
    propose(1);
    CHECK(uncommitted() == 2);
    for (const auto& proposal : proposals)
        REQUIRE(group.wait(proposal));
}

TEST_CASE("at most two batches are uncommitted; the rest gathers") {
    Serving group(3);
    for (unsigned slot = 0; slot < 3; ++slot)
        group[slot].process->log_worker.set_latency(base::milliseconds(50));
    std::vector<std::shared_ptr<std::optional<ReplicaGroup::Outcome>>> proposals;
    std::uint64_t most = 0;
    for (unsigned i = 0; i < 40; ++i) {
        proposals.push_back(group.propose(group.first, "a"));
        group.scheduler.run_for(base::milliseconds(1));
        const auto status = group.engine(group.first).status();
        most = std::max(most, status.last_index - status.committed);
    }
    CHECK(most == 2);
    std::set<std::uint64_t> entries;
    for (const auto& proposal : proposals) {
        const auto outcome = group.wait(proposal);
        REQUIRE(outcome);
        entries.insert(outcome->version);
    }
    CHECK(entries.size() <= 4);
}

TEST_CASE("a batch is bounded in bytes") {
    Serving group(1);
    const std::string half(limits::batch_bytes_max * 2 / 5, 'x');
    const auto one = group.propose(0, half);
    const auto two = group.propose(0, half);
    const auto three = group.propose(0, half);
    const auto first = group.wait(one);
    REQUIRE(first);
    CHECK(group.wait(two)->version == first->version);
    CHECK(group.wait(three)->version == first->version + 1);
}

TEST_CASE("commands that are proposed together share an entry, each with its outcome, from wherever") {
    Serving group(3);
    const unsigned slot = GENERATE(0u, 1u, 2u);
    const auto propose = [&](replication::Bundle commands) {
        auto& engine = group.engine(slot);
        return group.wait(begin(
            group.scheduler, engine.propose_all_anywhere(std::move(commands), group.in(base::seconds(5)))));
    };
    const auto before = group.engine(group.first).applied();
    const auto applied = propose({"a", "b", "a"});
    REQUIRE(applied);
    CHECK(applied->outcomes == replication::Bundle{"1", "1", "2"});
    CHECK(applied->version == before + 1);
    CHECK(propose({"a"})->outcomes == replication::Bundle{"3"});
}

TEST_CASE("commands that are proposed together are bounded, and not torn apart by the bounds of a batch") {
    Serving group(1);
    const auto propose = [&](replication::Bundle commands) {
        return begin(group.scheduler,
                     group.engine(0).propose_all(std::move(commands), group.in(base::seconds(5))));
    };
    const auto many = [](std::size_t count, const std::string& command) {
        replication::Bundle commands;
        for (std::size_t i = 0; i < count; ++i)
            commands.add(command);
        return commands;
    };
    const auto too_many = many(limits::batch_commands_max + 1, "a");
    const auto too_large = many(2, std::string(limits::command_bytes_max / 2 + 1, 'x'));
    CHECK(group.wait(propose(too_many)).error() == base::Errc::too_large);
    CHECK(group.wait(propose(too_large)).error() == base::Errc::too_large);

    const auto most_of_a_batch = many(limits::batch_commands_max * 2 / 3, "a");
    const auto one = propose(most_of_a_batch), two = propose(most_of_a_batch);
    const auto first = group.wait(one), second = group.wait(two);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(second->version == first->version + 1);
    CHECK(second->outcomes.front() == std::to_string(most_of_a_batch.size() + 1));
}

TEST_CASE("a command over the limit is refused, one at the limit is not") {
    Serving group(1);
    CHECK(group.add(0, std::string(limits::command_bytes_max + 1, 'x')).error() == base::Errc::too_large);
    CHECK(group.add(0, std::string(limits::command_bytes_max, 'x')));
}

TEST_CASE("a full queue refuses") {
    Serving group(3);
    const auto& engine = group.engine(group.first);
    group.isolate(group.first);
    // Two batches leave the queue; nothing comes back.
    std::size_t refused = 0;
    std::vector<std::shared_ptr<std::optional<ReplicaGroup::Outcome>>> proposals;
    for (std::size_t i = 0; i < 3 * limits::proposals_waiting_max; ++i) {
        proposals.push_back(group.propose(group.first, "a"));
        if (i % 4'096 == 0) group.scheduler.run_for(base::Duration::zero());
    }
    group.scheduler.run_for(base::Duration::zero());
    CHECK(engine.status().waiting <= limits::proposals_waiting_max);
    const auto together =
        begin(group.scheduler, group.engine(group.first).propose_all({"a", "b"}, group.in(base::seconds(1))));
    CHECK(group.wait(together).error() == base::Errc::overloaded);
    for (const auto& proposal : proposals) {
        if (proposal->has_value() && (*proposal)->has_error() &&
            (**proposal).error() == base::Errc::overloaded)
            ++refused;
    }
    CHECK(refused > 0);
    // All others end too, when it notices that it leads nobody.
    REQUIRE(group.run([&] { return !group.engine(group.first).leading(); }));
    group.scheduler.run_for(base::Duration::zero());
    for (const auto& proposal : proposals)
        REQUIRE(proposal->has_value());
}

TEST_CASE("a follower refuses, or passes on to the leader") {
    Serving group(3);
    const auto follower = (group.first + 1) % 3;
    CHECK(group.add(follower, "a").error() == base::Errc::not_leader);
    const auto added = group.add_anywhere(follower, "a");
    REQUIRE(added);
    CHECK(added->outcome == "1");
    REQUIRE(group.run_until_applied(follower, added->version));
    CHECK(group.machine(follower).value("a") == 1);
}

TEST_CASE("a command that was passed on and got lost is of unknown outcome") {
    Serving group(3);
    const auto follower = (group.first + 1) % 3;
    const auto passed_on =
        begin(group.scheduler, group.engine(follower).propose_anywhere("a", group.in(base::seconds(5))));
    group.scheduler.run_for(base::milliseconds(2)); // on its way into the log
    group.crash(group.first);
    const auto outcome = group.wait(passed_on);
    REQUIRE(outcome.has_error());
    CHECK(base::outcome_is_unknown(outcome.error()));
}

TEST_CASE("what a deposed leader had appended is of unknown outcome, what waited is refused") {
    Serving group(3);
    group.isolate(group.first);
    std::vector<std::shared_ptr<std::optional<ReplicaGroup::Outcome>>> appended;
    for (unsigned batch = 0; batch < 2; ++batch) {
        appended.push_back(group.propose(group.first, "a", base::seconds(30)));
        group.scheduler.run_for(base::milliseconds(1));
    }
    const auto waited = group.propose(group.first, "a", base::seconds(30));
    for (const auto& proposal : appended)
        CHECK(group.wait(proposal).error() == base::Errc::outcome_unknown);
    CHECK(group.wait(waited).error() == base::Errc::not_leader);

    // The others never got it: it is gone when the old leader is back.
    REQUIRE(group.run_until_leader(group.first));
    group.network.mend_all();
    const auto added = group.add_anywhere((group.first + 1) % 3, "a");
    REQUIRE(added);
    CHECK(added->outcome == "1");
    REQUIRE(group.run_until_applied(group.first, added->version));
    CHECK(group.machine(group.first).value("a") == 1);
}

TEST_CASE("a deadline ends the wait, not the command") {
    Serving group(3);
    for (unsigned slot = 0; slot < 3; ++slot)
        group[slot].process->log_worker.set_latency(base::milliseconds(100));
    const auto hasty = group.add(group.first, "a", base::milliseconds(20));
    CHECK(hasty.error() == base::Errc::timed_out);
    const auto patient = group.add(group.first, "a");
    REQUIRE(patient);
    CHECK(patient->outcome == "2");
}

TEST_CASE("one whose deadline passed while it waited is never proposed") {
    Serving group(3);
    for (unsigned slot = 0; slot < 3; ++slot)
        group[slot].process->log_worker.set_latency(base::milliseconds(100));
    const auto first = group.propose(group.first, "b");
    group.scheduler.run_for(base::milliseconds(1));
    const auto second = group.propose(group.first, "b");
    group.scheduler.run_for(base::milliseconds(1));
    const auto hasty = group.propose(group.first, "a", base::milliseconds(5));
    CHECK(group.wait(hasty).error() == base::Errc::timed_out);
    REQUIRE(group.wait(first));
    REQUIRE(group.wait(second));
    const auto later = group.add(group.first, "a");
    REQUIRE(later);
    CHECK(later->outcome == "1");
}

TEST_CASE("the next leader has everything that was answered") {
    Serving group(3);
    for (unsigned i = 0; i < 20; ++i)
        REQUIRE(group.add(group.first, "a"));
    group.crash(group.first, Crash::power_cut);
    REQUIRE(group.run_until_leader(group.first));
    const auto next = *group.leader();
    const auto added = group.add(next, "a");
    REQUIRE(added);
    CHECK(added->outcome == "21");
}

TEST_CASE("an engine that goes ends its calls") {
    Serving group(3);
    const auto proposal = group.propose(group.first, "a");
    const auto deadline = group.in(base::seconds(5));
    const auto wait = begin(group.scheduler, group.engine(group.first).wait_applied(1'000, deadline));
    group.scheduler.run_for(base::Duration::zero());
    group.crash(group.first);
    CHECK(base::outcome_is_unknown(group.wait(proposal).error()));
    CHECK(group.wait(wait).error() == base::Errc::stopping);
}
