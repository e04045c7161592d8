#pragma once
/// \file
/// A group of replication engines in one process, on virtual time, with disks that outlive crashes.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/replication/replica.hpp>

#include "support/counter_machine.hpp"
#include "support/memory_log.hpp"
#include "support/memory_snapshots.hpp"
#include "support/memory_state.hpp"
#include "support/virtual_network.hpp"
#include "support/virtual_scheduler.hpp"
#include "support/virtual_worker.hpp"

namespace bookstore::test {

enum class Crash { kill, power_cut };

/// One slot of the group: its disks for good, and its process while it runs.
class Replica {
public:
    struct Disks {
        LogDisk log;
        StateDisk state;
        storage::DiskSpace space{100ull << 30, 100ull << 30};
    };
    /// What goes with the process; in an order that takes the engine first.
    struct Process {
        Process(VirtualNetwork& network, replication::ReplicaOptions options, Disks& disks,
                std::uint64_t seed, replication::Gate* gate)
            : random(seed),
              transport(network, options.members[options.slot].endpoint),
              log_worker(network.scheduler(), base::milliseconds(2)),
              state_worker(network.scheduler(), base::milliseconds(3)),
              snapshot_worker(network.scheduler(), base::milliseconds(1)),
              log(disks.log),
              state(disks.state),
              snapshots(disks.state, machine.tables()),
              engine(options,
                     {network.scheduler().executor(), network.scheduler(), random, metrics, transport, log,
                      log_worker, state, state_worker, snapshots, snapshot_worker,
                      [&disks] { return disks.space; }},
                     machine, gate) {}

        base::Random random;
        base::Metrics metrics;
        VirtualTransport transport;
        VirtualWorker log_worker;
        VirtualWorker state_worker;
        VirtualWorker snapshot_worker;
        MemoryLog log;
        MemoryState state;
        CounterMachine machine;
        MemorySnapshots snapshots;
        replication::Engine engine;
    };

    bool running() const { return process != nullptr; }

    Disks disks;
    std::unique_ptr<Process> process;
    std::optional<std::string> fatal; ///< what on_fatal() said
};

class ReplicaGroup {
public:
    using Outcome = base::result<replication::Applied>;
    using Version = base::result<std::uint64_t>;

    /// `count` replicas that are not started yet. Options may be changed until then.
    explicit ReplicaGroup(unsigned count, std::uint64_t seed = 1) : seeds_(seed), replicas_(count) {
        options.group = "counters";
        options.methods = 16;
        for (unsigned slot = 0; slot < count; ++slot)
            options.members.push_back({{"10.0.0." + std::to_string(slot + 1), 3211}, false});
    }

    /// Throws what Engine::start() throws; the replica does not run then.
    void start(unsigned slot, std::optional<bool> first_start = std::nullopt,
               replication::Gate* gate = nullptr) {
        auto own = options;
        own.slot = slot;
        own.first_start = first_start;
        auto& replica = replicas_[slot];
        replica.process =
            std::make_unique<Replica::Process>(network, own, replica.disks, seeds_.next(), gate);
        replica.process->engine.on_fatal([&replica](const std::string& reason) { replica.fatal = reason; });
        try {
            replica.process->engine.start();
        } catch (...) {
            replica.process.reset();
            throw;
        }
    }
    void start_all() {
        for (unsigned slot = 0; slot < replicas_.size(); ++slot)
            start(slot);
    }

    void crash(unsigned slot, Crash how = Crash::kill) {
        replicas_[slot].process.reset();
        if (how == Crash::power_cut) replicas_[slot].disks.state.cut_power();
    }
    void lose_disk(unsigned slot) { replicas_[slot].disks = {}; }

    Replica& operator[](unsigned slot) { return replicas_[slot]; }
    replication::Engine& engine(unsigned slot) { return replicas_[slot].process->engine; }
    const CounterMachine& machine(unsigned slot) { return replicas_[slot].process->machine; }
    const net::Endpoint& endpoint(unsigned slot) const { return options.members[slot].endpoint; }

    /// Nothing passes between `slot` and the others.
    void isolate(unsigned slot) {
        for (unsigned other = 0; other < replicas_.size(); ++other) {
            if (other != slot) network.cut(endpoint(slot), endpoint(other));
        }
    }

    /// One that leads and is another than `not_this` one.
    std::optional<unsigned> leader(std::optional<unsigned> not_this = std::nullopt) {
        for (unsigned slot = 0; slot < replicas_.size(); ++slot) {
            if (slot != not_this && replicas_[slot].running() && engine(slot).leading()) return slot;
        }
        return std::nullopt;
    }
    bool run_until_leader(std::optional<unsigned> not_this = std::nullopt) {
        return run([this, not_this] { return leader(not_this).has_value(); });
    }
    bool run_until_serving(unsigned slot) {
        return run([this, slot] { return engine(slot).status().phase == replication::Phase::serving; });
    }
    bool run_until_all_serve() {
        for (unsigned slot = 0; slot < replicas_.size(); ++slot) {
            if (replicas_[slot].running() && !run_until_serving(slot)) return false;
        }
        return true;
    }
    bool run_until_applied(unsigned slot, std::uint64_t version) {
        return run([this, slot, version] { return engine(slot).applied() >= version; });
    }
    /// What any of those that run has applied is in the states of all of them.
    bool run_until_stored() {
        return run([this] {
            std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
            std::uint64_t most = 0;
            for (unsigned slot = 0; slot < replicas_.size(); ++slot) {
                if (!replicas_[slot].running()) continue;
                most = std::max(most, engine(slot).applied());
                least = std::min(least, replicas_[slot].disks.state.written.position.index);
            }
            return least >= most;
        });
    }
    bool run(const std::function<bool()>& done, base::Duration at_most = base::seconds(20)) {
        return scheduler.run_until(done, at_most);
    }

    base::TimePoint in(base::Duration time) const { return scheduler.now() + time; }

    std::shared_ptr<std::optional<Outcome>> propose(unsigned slot, const std::string& counter,
                                                    base::Duration patience = base::seconds(5)) {
        return begin(scheduler, engine(slot).propose(counter, in(patience)));
    }
    /// Proposes and waits for the outcome.
    Outcome add(unsigned slot, const std::string& counter, base::Duration patience = base::seconds(5)) {
        return wait(propose(slot, counter, patience));
    }
    Outcome add_anywhere(unsigned slot, const std::string& counter) {
        return wait(begin(scheduler, engine(slot).propose_anywhere(counter, in(base::seconds(5)))));
    }
    Version read(unsigned slot, base::Duration patience = base::seconds(5)) {
        return wait(begin(scheduler, engine(slot).read_barrier(in(patience))));
    }
    /// Every call ends by its deadline; Errc::corrupt when one does not.
    template <typename T>
    T wait(const std::shared_ptr<std::optional<T>>& result) {
        if (!run([&result] { return result->has_value(); }, base::seconds(60))) return base::Errc::corrupt;
        return **result;
    }

    VirtualScheduler scheduler;
    VirtualNetwork network{scheduler};
    replication::ReplicaOptions options;

private:
    base::Random seeds_;
    std::vector<Replica> replicas_;
};

} // namespace bookstore::test
