#pragma once
/// \file
/// The follower's side of a snapshot: assemble, verify, install in the state's store, restart the log behind
/// it, fill the state machine; in that order, so that a crash between any two leaves what the next start puts
/// right.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/consensus/event.hpp>
#include <bookstore/storage/state_store.hpp>

#include "replication/row_collector.hpp"
#include "replication/snapshot_chunk.hpp"

namespace bookstore::replication {

/// Loop thread only. One transfer at a time; a new one takes the place of one that was not finished.
class SnapshotReceiver : public std::enable_shared_from_this<SnapshotReceiver> {
public:
    using Answer = base::result<SnapshotProgress>;

    struct Hooks {
        /// What would make this snapshot useless or unsafe: nothing; what is held already; or a refusal.
        std::function<std::optional<Answer>(const SnapshotHeader&)> objection;
        /// From now on nothing else changes log, state or machine, until one of the last three. Make the
        /// header's configuration durable, then call `done`.
        std::function<void(const SnapshotHeader&, std::function<void()> done)> begin;
        /// The state is durable at the header's position: restart the log behind it, durably, then call
        /// `done`.
        std::function<void(const SnapshotHeader&, std::function<void()> done)> restart_log;
        /// State, log and machine are the snapshot's.
        std::function<void(const SnapshotHeader&)> installed;
        /// Nothing has changed: go on as before.
        std::function<void()> abandon;
        /// The store holds something else than the machine.
        std::function<void(const std::string& cause)> failed;
    };

    /// All references outlive it.
    SnapshotReceiver(base::StateMachine& machine, storage::StateStore& store, base::Worker& worker,
                     base::Scheduler& scheduler, Hooks hooks);

    /// One chunk. Refused: invalid_argument when it is not the next one, corrupt, too_large.
    Answer receive(const SnapshotChunk& chunk);
    bool installing() const { return installing_; }
    /// Gives up what is not complete, e.g. when the leader changes.
    void drop() { assembly_.reset(); }

private:
    struct Assembly {
        SnapshotHeader header;
        std::string bytes;
    };
    bool continues(const SnapshotChunk& chunk) const;
    void install();
    void install_state(std::shared_ptr<Assembly> assembly);
    void installed(const SnapshotHeader& header, std::shared_ptr<RowCollector> rows);

    base::StateMachine& machine_;
    storage::StateStore& store_;
    base::Worker& worker_;
    base::Scheduler& scheduler_;
    Hooks hooks_;
    std::optional<Assembly> assembly_;
    std::unique_ptr<base::Timer> idle_; ///< a sender that died leaves no memory behind
    bool installing_ = false;
};

} // namespace bookstore::replication
