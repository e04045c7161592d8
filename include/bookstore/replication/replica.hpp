#pragma once
/// \file
/// A state machine, replicated: the shell around the consensus core. Disk on workers, peers over the
/// transport, time from the scheduler; the core decides.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/metrics.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/consensus/raft.hpp>
#include <bookstore/net/transport.hpp>
#include <bookstore/replication/bundle.hpp>
#include <bookstore/storage/disk_space.hpp>
#include <bookstore/storage/log_store.hpp>
#include <bookstore/storage/snapshot_store.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::replication {

struct Member {
    net::Endpoint endpoint;
    bool reluctant = false; ///< the tie-breaker
};

struct ReplicaOptions {
    std::string group; ///< "catalog": in logs, metrics and on the wire
    std::uint16_t methods =
        0; ///< first of the method numbers this group uses on the transport (see replication/methods.hpp)
    std::vector<Member> members; ///< every configured slot, the same on every host
    unsigned slot = 0;           ///< which one is this replica
    std::optional<bool> first_start;
    base::Duration election_timeout = base::milliseconds(300);
    base::Duration heartbeat_interval = base::milliseconds(50);
    base::Duration drift_margin = base::milliseconds(30);
    std::size_t log_keep_bytes = 64u << 20;
    std::size_t checkpoint_bytes = 16u << 20;
    std::size_t reserve_bytes = 64u << 20;              ///< with less room on the disk no write is taken on
    std::size_t snapshot_piece_bytes = 256u << 10;      ///< of a snapshot, in one message
    std::uint64_t scrub_bytes_per_second = 1u << 20;    ///< of state and log each; 0: they are not verified
    base::Duration scrub_every = base::seconds(86'400); ///< from one verification of everything to the next
};

/// What a replica stands on. All outlive it.
struct Environment {
    boost::asio::any_io_executor executor;
    base::Scheduler& scheduler;
    base::Random& random;
    base::Metrics& metrics;
    net::Transport& transport;
    storage::LogStore& log;
    base::Worker& log_worker; ///< the one FIFO for log, term and vote
    storage::StateStore& state;
    base::Worker& state_worker; ///< rows and checkpoints: their syncs must not stand before a batch's
    storage::SnapshotStore& snapshots;
    base::Worker& snapshot_worker;  ///< what takes long and is in no hurry
    storage::SpaceProbe space = {}; ///< of the disk they are on; none: there is always room
};

/// The stage before the proposal: nothing else is appended between prepare() and ready(), so the announced
/// index is the one that the batch gets.
class Gate {
public:
    virtual ~Gate() = default;
    virtual void leading(std::uint64_t term, std::uint64_t last_index) = 0;
    virtual void not_leading() = 0;
    /// While leading: another replica held other contents than the group, and may have shown them.
    virtual void contents_differed() {}
    /// `commands` will be proposed at `index`; call `ready` once, now or later, when they may be. The
    /// commands are there during the call. When leadership is lost meanwhile, `ready` has no effect.
    virtual void prepare(const std::vector<std::string_view>& commands, std::uint64_t index,
                         std::function<void()> ready) = 0;
};

enum class Phase {
    forming,   ///< first start: waiting to hear from every configured member that none has data
    joining,   ///< new to its slot, e.g. after its disk was lost: not a voter yet, and behind
    resyncing, ///< behind what the group has committed
    serving,
    failed,  ///< the disk failed: stepped aside for good
    stopped, ///< or about to: it gets no new work
};
std::string_view to_string(Phase phase);

struct Status {
    Phase phase = Phase::forming;
    std::string reason;   ///< why it is not serving; empty when it is
    std::string shortage; ///< why it takes on no writes though it serves: the disk is nearly full
    std::string slowness; ///< why it had better not lead: its disk is slow
    std::string damage;   ///< what is wrong at rest, of what cannot be mended yet
    /// When all of it was last read back and found to be right, since this process was started.
    std::optional<base::WallTime> state_verified, log_verified;
    std::vector<unsigned> slots_without_voter; ///< of the configured ones: the group bears fewer losses
    consensus::Role role = consensus::Role::follower;
    std::uint64_t term = 0;
    bool voter = true;
    std::optional<unsigned> leader_slot;
    std::uint64_t applied = 0, committed = 0, last_index = 0;
    std::uint64_t digest = 0; ///< of the contents at `applied`
    /// False while the contents are taken over from a snapshot: state() is then in part of no version.
    bool contents_whole = true;
    std::uint64_t generation = 0; ///< how often the group has been refounded
    std::size_t waiting = 0;      ///< proposals in the queue
};

/// One node that the leader sends everything, or the leader itself.
struct MemberStatus {
    enum class Standing : std::uint8_t {
        voter,
        learner, ///< configured; counts for nothing yet
        guest,   ///< has asked to join, or is being removed; in no configuration
    };
    consensus::NodeId node = consensus::nobody;
    unsigned slot = 0;
    Standing standing = Standing::voter;
    bool leader = false;
    bool answers = false;
    std::uint64_t match = 0; ///< known to be durable there
};

/// What became of a change of membership: committed, or certainly not made, and why.
struct ChangeOutcome {
    std::optional<consensus::Objection> objection;
};

/// An outcome with the version that its command was applied at.
struct Applied {
    std::string outcome;
    std::uint64_t version = 0;
    base::Duration took{}; ///< at the leader, when another process proposed it
};

/// Outcomes of commands that were proposed together, in their order: all were applied at one version.
struct AppliedAll {
    Bundle outcomes;
    std::uint64_t version = 0;
    base::Duration took{}; ///< at the leader, when another process proposed them
};

/// Bytes in, bytes out; Replica<StateMachine> puts the types on. Loop thread only.
class Engine {
public:
    Engine(ReplicaOptions options, Environment environment, base::StateMachine& machine,
           Gate* gate = nullptr);
    ~Engine();

    /// Loads what the disk holds and starts taking part. Throws std::runtime_error when the disk's content
    /// cannot be trusted, or first_start contradicts it (the directory is left as it was).
    void start();

    /// On the leader: queues, batches, replicates, applies. Refused: not_leader, not_ready, overloaded (a
    /// full queue, or a disk that is nearly full), too_large. Unknown: outcome_unknown (leadership lost),
    /// timed_out, storage_failed: repeat only with the same key.
    boost::asio::awaitable<base::result<Applied>> propose(std::string command, base::TimePoint deadline);

    /// Several at once, at least one: they are applied one behind the other, in one log entry, or none is.
    /// What fails, fails for all; too_large counts them together.
    boost::asio::awaitable<base::result<AppliedAll>> propose_all(Bundle commands, base::TimePoint deadline);

    /// The same through whoever leads: from a follower, forwarded to the leader once.
    boost::asio::awaitable<base::result<Applied>> propose_anywhere(std::string command,
                                                                   base::TimePoint deadline);
    boost::asio::awaitable<base::result<AppliedAll>> propose_all_anywhere(Bundle commands,
                                                                          base::TimePoint deadline);

    /// Completes when this replica's state is at least as new as everything answered before the call: asks
    /// the leader for its read index and waits until that is applied. Gives the version reached.
    boost::asio::awaitable<base::result<std::uint64_t>> read_barrier(base::TimePoint deadline);

    /// Completes when `version` is applied here. timed_out otherwise.
    boost::asio::awaitable<base::result<std::uint64_t>> wait_applied(std::uint64_t version,
                                                                     base::TimePoint deadline);

    /// Who belongs to the group, by the leader's book; from a follower, asked of the leader.
    boost::asio::awaitable<base::result<std::vector<MemberStatus>>> members(base::TimePoint deadline);

    /// One change of membership, through whoever leads; completes when it is committed. A guest that is added
    /// becomes a voter by itself when it has caught up, and a newcomer in the slot of a lost disk needs no
    /// call at all. Refused and unknown as propose(); repeating it does no harm.
    boost::asio::awaitable<base::result<ChangeOutcome>> change_member(consensus::Change change,
                                                                      base::TimePoint deadline);

    bool leading() const;                ///< leader, with an entry of its own term committed
    base::TimePoint lease_until() const; ///< see consensus::Raft::lease_until()
    /// The highest index proposed or announced to the gate: what a new registration's fence must be.
    std::uint64_t announced_index() const;
    std::uint64_t applied() const;
    /// Has what is applied written to the state's store as soon as that is free, and not seconds later.
    void store_applied();
    Phase phase() const; ///< that of status(), for every call to look at
    Status status() const;

    /// Status changed in phase, role, term or leader. Any number of handlers.
    void on_change(std::function<void(const Status&)> handler);

    /// Told, with the reason, when this replica must not run: a first start where a group exists already. It
    /// has failed then; the process should end with status 1. Before start().
    void on_fatal(std::function<void(std::string)> handler);

    /// Hands leadership over if it has it, waits for what is queued, makes the state durable. At most until
    /// `deadline`. No proposals after it.
    boost::asio::awaitable<void> stop(base::TimePoint deadline);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// The typed face of an Engine for one state machine: `encode` and the decoder are found next to its
/// commands.
template <typename StateMachine>
class Replica : public Engine {
public:
    using Command = typename StateMachine::Command;

    Replica(ReplicaOptions options, Environment environment, StateMachine& machine, Gate* gate = nullptr)
        : Engine(std::move(options), environment, machine, gate), machine_(machine) {}

    using Engine::propose;
    boost::asio::awaitable<base::result<Applied>> propose(const Command& command, base::TimePoint deadline) {
        return Engine::propose(encode(command), deadline);
    }
    const StateMachine& state() const { return machine_; }

private:
    StateMachine& machine_;
};

} // namespace bookstore::replication
