#pragma once
/// \file
/// What happens to a core, and what it asks for: the whole interface between Raft and the world.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <bookstore/base/time.hpp>
#include <bookstore/consensus/message.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::consensus {

/// Time has passed; due at Raft::next_deadline() or any time else.
struct Tick {};

struct Received {
    Message message;
};

/// Append one entry of kind `command`. Only to a leader: see Raft::may_propose().
struct Proposed {
    std::shared_ptr<const std::string> payload;
};

/// Everything up to this Persist::sequence is durable.
struct Persisted {
    std::uint64_t sequence = 0;
};

/// Change who counts. Nothing happens when Raft::objection_to() it is not empty. It counts here at once, and
/// has come about when Raft::configuration_index() is committed; until then a new leader may undo it.
struct ChangeAsked {
    Change change;
};

/// A linearizable read wants to know from which applied index on it may be answered.
struct ReadAsked {
    std::uint64_t id = 0; ///< chosen by the shell, unique among those outstanding
};

/// To a leader: `by`, who follows, has readers that wait for what is committed. Until the second heartbeat
/// from here it is told of each commit at once, and not only with what is sent to it anyway.
struct NewsWanted {
    NodeId by = nobody;
};

/// Hand leadership to `to`, or to whoever is furthest when nobody is named. Meanwhile nothing may be
/// proposed. It is given up after T: if the successor was not told yet, the leader goes on as before; if it
/// was, the order may still arrive, and the leader ends its effect by standing itself, in a new term.
struct TransferAsked {
    NodeId to = nobody;
};

/// The connection to a peer broke as it does when its process dies. May shorten the wait for an election,
/// never the least time a vote needs to be refused after hearing from a leader.
struct PeerLost {
    NodeId peer = nobody;
};

/// The shell installed a snapshot that a leader of `term` sent: state and log base are durable, the former
/// log is erased. To get there it stops giving any event but Persisted, waits until every write is reported,
/// asks Raft::wants_snapshot(), installs, and gives this event next: an entry acknowledged in between would
/// be lost.
struct SnapshotInstalled {
    NodeId leader = nobody;
    Term term{};
    LogIndex last_index{};
    Term last_term{};
    Configuration configuration; ///< as of last_index
};

/// The shell has finished sending a snapshot that SendSnapshot asked for, or failed to.
struct SnapshotSent {
    NodeId to = nobody;
    LogIndex last_index{}; ///< what the receiver holds now
    bool success = false;
};

/// The shell wants the log cut up to `index`, which is applied and durable in the state.
struct CompactionAsked {
    LogIndex index{};
};

using Event = std::variant<Tick, Received, Proposed, Persisted, ChangeAsked, ReadAsked, NewsWanted,
                           TransferAsked, PeerLost, SnapshotInstalled, SnapshotSent, CompactionAsked>;

/// One step for the disk's FIFO, to be made durable in the order of the sequences, all or nothing each.
struct Persist {
    std::uint64_t sequence = 0;
    std::optional<HardState> hard_state;
    std::optional<LogIndex> truncate_from;
    std::vector<Entry> append;
    std::optional<LogIndex> compact_to;
    /// With compact_to: the configuration as of there, when it is another than before.
    std::optional<Configuration> base_configuration;
};

/// May leave once everything up to `after` is durable.
struct HeldMessage {
    std::uint64_t after = 0;
    Message message;
};

struct ReadAnswer {
    std::uint64_t id = 0;
    bool ok = false;  ///< false: not the leader, or no longer
    LogIndex index{}; ///< answer once this is applied
};

/// Bring `to` up to date from the state: its next entry has been compacted away.
struct SendSnapshot {
    NodeId to = nobody;
};

struct RoleChange {
    Role role = Role::follower;
    Term term{};
    NodeId leader = nobody; ///< nobody: unknown

    bool operator==(const RoleChange&) const = default;
};

/// To be carried out in the order of the members. The core has already moved on: effects are never refused.
struct Effects {
    std::optional<Persist> persist;
    std::vector<Message> messages; ///< may leave now
    std::vector<HeldMessage> held;
    std::vector<Entry> committed; ///< to apply, in order, each exactly once per life of the core
    std::vector<ReadAnswer> reads;
    std::vector<SendSnapshot> snapshots;
    std::optional<RoleChange> change; ///< role, term or known leader changed
};

} // namespace bookstore::consensus
