// What waits to be applied is bounded, wherever it waits.
#include <bookstore/base/limits.hpp>

#include "replication/applier.hpp"
#include "replication/batcher.hpp"
#include "replication/deadlines.hpp"
#include "support/catch_result.hpp"
#include "support/replica_group.hpp"

using namespace bookstore;
using namespace bookstore::test;
using replication::Phase;

TEST_CASE(
    "a leader whose state falls behind appends no more; then the queue fills, and what comes is refused") {
    VirtualScheduler scheduler;
    replication::Deadlines deadlines(scheduler);
    consensus::LogIndex next{1};
    std::vector<std::shared_ptr<const std::string>> appended;
    replication::Batcher batcher(scheduler, deadlines, nullptr,
                                 {[&]() -> std::optional<consensus::LogIndex> { return next; },
                                  [&](std::shared_ptr<const std::string> payload) {
                                      appended.push_back(std::move(payload));
                                      next = next + 1;
                                  }});
    batcher.lead(consensus::Term{1});
    const auto later = scheduler.now() + base::seconds(3'600);
    const auto add = [&] {
        const auto promise = batcher.add({"a"}, later);
        scheduler.run_for(base::milliseconds(1));
        batcher.committed(next - 1);
        return promise;
    };
    for (int i = 0; i < 100; ++i)
        REQUIRE(add());
    CHECK(appended.size() == replication::Batcher::batches_unapplied_max);
    std::size_t waiting = batcher.waiting();
    while (batcher.add({"a"}, later))
        ++waiting;
    CHECK(waiting == base::limits::proposals_waiting_max);
    CHECK(batcher.add({"a"}, later).error() == base::Errc::overloaded);

    replication::Bundle outcomes{"1"};
    batcher.applied({consensus::LogIndex{1}, consensus::Term{1}, consensus::EntryKind::command, appended[0]},
                    outcomes);
    scheduler.run_for(base::milliseconds(1));
    CHECK(appended.size() == replication::Batcher::batches_unapplied_max + 1); // one went, one came
}

TEST_CASE("a fenced replica that gets no snapshot holds a bounded part of what is written meanwhile") {
    ReplicaGroup group(3);
    group.start_all();
    REQUIRE(group.run_until_all_serve());
    const auto first = *group.leader();
    const auto fenced = (first + 1) % 3;
    group[first].process->state_worker.set_latency(base::seconds(3'600)); // no snapshot is made there
    (*group[fenced].process).machine.load(0, {"wrong", std::int64_t{1}});
    REQUIRE(group.add(first, "a"));
    REQUIRE(group.run([&] { return group.engine(fenced).status().phase == Phase::resyncing; }));
    const auto before = group.engine(fenced).status().last_index;

    constexpr std::size_t bytes = 1u << 19;
    constexpr std::size_t bound = replication::Applier::backlog_bytes_max;
    for (std::size_t i = 0; i < 2 * bound / bytes; ++i)
        REQUIRE(group.add(first, std::string(bytes, static_cast<char>('a' + i % 2))));
    group.scheduler.run_for(base::seconds(2));
    const auto taken = group.engine(fenced).status().last_index - before;
    CHECK(taken >= bound / bytes);
    CHECK(taken < bound / bytes + 20); // what was on its way
    CHECK(group.leader() == first);

    group.crash(first); // and with it what held the snapshot up
    group.start(first);
    REQUIRE(group.run_until_serving(fenced));
    const auto last = group.add(*group.leader(), "a");
    REQUIRE(last);
    REQUIRE(group.run_until_applied(fenced, last->version));
    CHECK(group.machine(fenced).value("wrong") == 0);
    CHECK(group.machine(fenced).digest() == group.machine(*group.leader()).digest());
}

namespace {

/// An applier over a store whose disk is slow, and entries of so many commands each, every one of which
/// changes a row of its own.
struct SlowStore {
    static constexpr std::uint64_t entry_commands = 1'024;

    VirtualScheduler scheduler;
    VirtualWorker worker{scheduler, base::seconds(60)};
    CounterMachine machine;
    StateDisk disk;
    MemoryState store{disk};
    std::size_t outcomes = 0;
    std::string failure;
    replication::Applier applier{
        machine,
        store,
        worker,
        scheduler,
        {},
        {[](consensus::LogIndex) { return true; },
         [this](const consensus::Entry&, replication::Bundle& of) { outcomes += of.size(); }, [] {},
         [this](const std::string& cause) { failure = cause; }}};
    std::uint64_t added = 0;

    void add_entry() {
        replication::Bundle commands;
        for (std::uint64_t i = 0; i < entry_commands; ++i)
            commands.add(std::to_string(added * entry_commands + i));
        const auto payload = std::make_shared<const std::string>(replication::Bundle::join({&commands}));
        applier.add(
            {{consensus::LogIndex{++added}, consensus::Term{1}, consensus::EntryKind::command, payload}});
    }
};

} // namespace

TEST_CASE(
    "while the store is far behind the rows that wait for it are bounded, and nothing more is applied") {
    SlowStore slow;
    constexpr auto rows = replication::Applier::changes_max;
    constexpr std::uint64_t entries = 5 * rows / SlowStore::entry_commands;
    std::size_t most = 0;
    for (std::uint64_t i = 0; i < entries; ++i) {
        slow.add_entry();
        slow.scheduler.run_for(base::milliseconds(10)); // far less than a transaction takes
        most = std::max(most, slow.machine.changed_rows());
    }
    CHECK(most >= rows);
    CHECK(most <= rows + SlowStore::entry_commands + 1); // an entry is applied as a whole
    CHECK(slow.disk.transactions == 0);
    const auto held = slow.applier.applied();
    CHECK(held * SlowStore::entry_commands < 2 * rows); // as many again are with the worker, no more
    slow.scheduler.run_for(base::seconds(50));
    CHECK(slow.applier.applied() == held);

    slow.scheduler.run_for(base::seconds(20)); // one transaction
    CHECK(slow.disk.transactions == 1);
    CHECK(slow.applier.applied() > held);
    CHECK(slow.applier.applied() < entries);

    slow.scheduler.run_for(base::seconds(600));
    CHECK(slow.failure.empty());
    CHECK(slow.applier.applied() == entries);
    CHECK(slow.outcomes == entries * SlowStore::entry_commands);
    CHECK(slow.applier.store_idle());
    CHECK(slow.disk.written.digest == slow.machine.digest());
    CHECK(slow.disk.written.position.index == entries);
}

TEST_CASE("what waits for a batch is bounded by its bytes, too") {
    VirtualScheduler scheduler;
    replication::Deadlines deadlines(scheduler);
    std::uint64_t batches = 0;
    replication::Batcher batcher(
        scheduler, deadlines, nullptr,
        {[&]() -> std::optional<consensus::LogIndex> { return consensus::LogIndex{batches + 1}; },
         [&](const std::shared_ptr<const std::string>&) { ++batches; }});
    const std::string large(base::limits::command_bytes_max, 'x');
    constexpr auto fit = replication::Batcher::waiting_bytes_max / base::limits::command_bytes_max;
    const auto fill = [&] {
        std::size_t taken = 0;
        while (batcher.add({large}, scheduler.now() + base::seconds(1)))
            ++taken;
        return taken;
    };
    CHECK(fill() == fit); // it leads nobody yet
    CHECK(batcher.add({"a"}, scheduler.now() + base::seconds(1)).error() == base::Errc::overloaded);
    SECTION("it is empty when all that waited has failed") {
        batcher.fail(base::Errc::outcome_unknown, base::Errc::not_leader);
        CHECK(fill() == fit);
    }
    SECTION("batches that form make room") {
        batcher.lead(consensus::Term{1});
        scheduler.run_for(base::milliseconds(10));
        REQUIRE(batches == replication::Batcher::batches_in_flight_max);
        CHECK(fill() == batches);
    }
    SECTION("so do those that have waited in vain, when a batch forms without them") {
        scheduler.run_for(base::seconds(2));
        batcher.lead(consensus::Term{1});
        scheduler.run_for(base::milliseconds(10));
        CHECK(batches == 0);
        CHECK(fill() == fit);
    }
}
