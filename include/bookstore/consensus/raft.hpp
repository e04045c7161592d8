#pragma once
/// \file
/// The consensus core: Raft as a pure function of events and time (Ongaro 2014, section numbers below are the
/// dissertation's). It owns no socket, file, clock, thread or dice; production and the simulator run this
/// code.
///
/// Contract of the shell:
///   - one event at a time; all effects of one are carried out before the next event is given;
///   - Persist steps go to the disk in order; Persisted is reported in order, never before it is true;
///   - a held message leaves only when its sequence is durable, and never after a restart;
///   - committed entries are applied in order; nothing is applied twice in one life of the core;
///   - a failed write is final: the shell stops giving events (defect P8).
#include <memory>
#include <optional>
#include <vector>

#include <bookstore/base/random.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/consensus/event.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::consensus {

struct Options {
    NodeId self = nobody;
    /// T: a follower waits a random time in [T, 2T] before it stands, and refuses votes for T after hearing
    /// from a leader (stickiness, 4.2.3) and for T after a restart. A leader that a majority has not answered
    /// for 2T steps down (6.2); one whose own disk has been stuck for 4T hands over.
    base::Duration election_timeout = base::milliseconds(300);
    base::Duration heartbeat_interval = base::milliseconds(50);
    /// How far two clocks can drift apart within T: a leader trusts its lease for T less this much.
    base::Duration drift_margin = base::milliseconds(30);
    std::size_t append_bytes_max = 1u << 20; ///< entries in one AppendRequest
    std::size_t appends_in_flight_max = 4;   ///< to one follower
    /// Stands later than the others (waits in [2T, 3T]) and hands leadership on: the tie-breaker.
    bool reluctant = false;
};

/// What the disk held when the process started.
struct Restored {
    HardState hard_state;
    LogIndex base_index{}; ///< last compacted index
    Term base_term{};
    std::vector<Entry> entries;  ///< base_index + 1 ...
    LogIndex applied{};          ///< what the state machine holds; base_index <= applied <= last entry
    Configuration configuration; ///< at base_index; of a node that is new to its group: empty
};

class Raft {
public:
    /// `random` outlives the core. A node that is not among the voters asks to join, follows, and does not
    /// stand. It answers those who ask for its vote: what that counts is for their configuration to say
    /// (4.1).
    Raft(Options options, Restored restored, base::Random& random, base::TimePoint now);
    ~Raft();
    Raft(Raft&&) noexcept;

    [[nodiscard]] Effects step(Event event, base::TimePoint now);

    /// When the next Tick is due.
    base::TimePoint next_deadline() const;

    Role role() const;
    Term term() const;
    NodeId leader() const; ///< nobody when unknown
    /// Leader of its term, not handing over: Proposed will be appended at last_index() + 1.
    bool may_propose() const;
    /// As leader: an entry of its own term is committed (so commit_index() is the group's, 6.4).
    bool has_committed_in_term() const;
    LogIndex last_index() const;
    LogIndex commit_index() const;
    LogIndex first_index() const; ///< of the entries still held; base + 1
    LogIndex durable_index() const;
    std::optional<Term> term_at(LogIndex index) const;
    /// Whether a snapshot up to (`index`, `term`) would bring anything: false when the log holds that entry
    /// or is committed beyond it. Asked before installing one, see SnapshotInstalled.
    bool wants_snapshot(LogIndex index, Term term) const;
    /// Bytes of payload held in memory.
    std::size_t log_bytes() const;
    const Configuration& configuration() const;
    /// Of the entry that brought configuration(); 0: it is the log base's.
    LogIndex configuration_index() const;
    /// As of `index`, from the log's base on: what a snapshot up to there must carry.
    const Configuration& configuration_at(LogIndex index) const;
    /// This node is, or was, in a configuration that the log knows of.
    bool ever_member() const;
    /// Why a change may not be made now.
    std::optional<Objection> objection_to(const Change& change) const;

    /// Until when this leader may be sure that there is no other: a majority's answers, dated from the
    /// sending of what they answer, plus T, less the drift margin (6.4.1). In the past when it may not, e.g.
    /// while handing over: TimePoint{} when there is none.
    base::TimePoint lease_until() const;

    struct Peer {
        NodeId node = nobody;
        LogIndex match{};
        bool voter = true;
        bool guest = false;         ///< in no configuration
        bool former = false;        ///< a guest that was a member, as far back as the log goes
        base::Duration guest_for{}; ///< since it asked to join, or was removed
        bool caught_up = false;     ///< a learner or guest: keeps up with the log
        bool snapshotting = false;
        base::TimePoint heard{};  ///< the sending of the last thing it answered; TimePoint{}: nothing yet
        base::Duration silence{}; ///< since then; at most since this node leads
    };
    /// As leader: how far each other member is, and who else is sent everything.
    std::vector<Peer> peers() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::consensus
