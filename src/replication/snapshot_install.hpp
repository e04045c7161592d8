#pragma once
/// \file
/// A snapshot that has come becomes the state: a new one is built beside the old, put in its place, the log
/// restarted behind it, and the machine filled; in that order, so that a crash between any two leaves what
/// the next start puts right.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/storage/snapshot_store.hpp>

#include "replication/snapshot_chunk.hpp"
#include "replication/snapshot_room.hpp"

namespace bookstore::replication {

/// Loop thread only. Neither the loop nor memory ever has more to do with than some hundred rows at once.
class SnapshotInstall : public std::enable_shared_from_this<SnapshotInstall> {
public:
    struct Hooks {
        /// From now on nothing else changes log, state or machine, until one of the last three. Make the
        /// header's configuration durable, then call `done`.
        std::function<void(const SnapshotHeader&, std::function<void()> done)> begin;
        /// The state is durable at the header's position: restart the log behind it, durably, then call
        /// `done`. From this call on the machine holds nothing that may be shown.
        std::function<void(const SnapshotHeader&, std::function<void()> done)> restart_log;
        /// State, log and machine are the snapshot's.
        std::function<void(const SnapshotHeader&)> installed;
        /// Nothing has changed: go on as before.
        std::function<void()> abandon;
        /// The store holds something else than the machine.
        std::function<void(const std::string& cause)> failed;
    };
    struct Stores {
        storage::StateStore& state;
        base::Worker& state_worker;
        storage::SnapshotStore& snapshots;
        base::Worker& snapshot_worker;
    };

    /// What `stores` refers to, `machine` and `scheduler` outlive it.
    SnapshotInstall(base::StateMachine& machine, Stores stores, SnapshotRoom room, base::Scheduler& scheduler,
                    Hooks hooks);

    /// All of the snapshot has come. While none is being installed.
    void begin(const SnapshotHeader& header);
    /// The replica ends: what is under way goes no further.
    void close() { closed_ = true; }
    bool running() const { return header_.has_value(); }
    SnapshotProgress progress() const { return {SnapshotProgress::Stage::installing, steps_}; }
    std::string account() const;

    /// What the state takes on the disk that is built of a snapshot of `bytes`, at most.
    static std::uint64_t room_for(std::uint64_t bytes) { return bytes + bytes / 2; }

private:
    using Made = storage::SnapshotStore::Made;
    using Rows = storage::SnapshotStore::Rows;
    void run_on(base::Worker& worker, std::function<void()> job,
                void (SnapshotInstall::*then)(const std::exception_ptr&));
    void build();
    void built(const std::exception_ptr& failure);
    void switched(const std::exception_ptr& failure);
    void let_go(std::shared_ptr<void> held);
    void read_rows();
    void rows_read(const std::exception_ptr& failure);
    void load_some();
    void filled();
    void abandon(const std::string& cause);
    void fail(const std::string& cause);

    base::StateMachine& machine_;
    const Stores stores_;
    const SnapshotRoom room_;
    base::Scheduler& scheduler_;
    const Hooks hooks_;

    std::optional<SnapshotHeader> header_; ///< while it runs
    std::uint64_t steps_ = 0;
    std::shared_ptr<Made> built_;
    std::shared_ptr<std::optional<Rows>> read_;
    Rows rows_; ///< read, and from next_row_ on not in the machine yet
    std::size_t next_row_ = 0;
    std::uint64_t loaded_ = 0;
    bool filling_ = false;
    bool closed_ = false;
};

} // namespace bookstore::replication
