#pragma once
/// \file
/// One node: a core, its disk, its clock, and the least shell that keeps the core's contract.
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include <bookstore/consensus/raft.hpp>

#include "sim/clock.hpp"
#include "sim/raft/disk.hpp"
#include "sim/raft/network.hpp"
#include "sim/raft/weather.hpp"
#include "sim/schedule.hpp"

namespace bookstore::sim {

class Checker;
class Node;

/// What a node lives in; outlives it.
struct Surroundings {
    Schedule& schedule;
    base::Random& random;
    const Weather& weather;
    Network& network;
    Checker& checker;
    /// Carries the state to another node, and tells the sender in the end.
    std::function<void(Node& from, consensus::NodeId to)> send_snapshot;
    std::function<void(Node& leader)> leader_rose;
};

/// A state on its way: everything up to `index`.
struct Snapshot {
    consensus::NodeId leader = consensus::nobody;
    consensus::Term leader_term{};
    consensus::LogIndex index{};
    consensus::Term term{};
    consensus::Configuration configuration; ///< as of `index`
};

class Node {
public:
    Node(Surroundings& around, consensus::NodeId id, consensus::Configuration configuration, Clock clock);

    /// Dropped while it is down; kept for later while it is paused.
    void give(consensus::Event event);
    void crash();
    void restart();
    /// It never comes back: who starts in its place is another node.
    void lose_disk();
    void pause(base::Duration duration);
    void stall_disk(base::Duration duration) { disk_.stall(duration); }
    /// Makes a checkpoint of the state and cuts the log, but for the last `tail` entries.
    void compact(std::uint64_t tail);
    /// Up to where a receiver has the state now; nothing when it could not take the snapshot.
    using Received = std::function<void(std::optional<consensus::LogIndex>)>;
    /// The shell's part in taking a snapshot. False when the node cannot; else `done` is called in the end.
    bool receive(Snapshot snapshot, Received done);

    /// Proposes `payload`; acknowledged when this node applies it in this life.
    void propose(std::shared_ptr<const std::string> payload);
    void read();

    consensus::NodeId id() const { return id_; }
    bool up() const { return core_ != nullptr; }
    bool gone() const { return gone_; }
    bool paused() const;
    bool leads() const { return up() && core_->role() == consensus::Role::leader; }
    /// Counts lives: what was begun in a former one is void.
    std::uint64_t life() const { return life_; }
    const consensus::Raft& core() const { return *core_; }
    const Platter& platter() const { return disk_.platter; }
    consensus::LogIndex applied() const { return applied_; }
    base::TimePoint local_now() const { return clock_.read(around_.schedule.now()); }
    consensus::Options options() const;

private:
    /// While the node is paused `action` waits for the end of it: true.
    bool postpones(Schedule::Action action);
    /// `action`, void once this life is over.
    Schedule::Action in_this_life(Schedule::Action action);
    void step(consensus::Event event);
    void carry_out(consensus::Effects effects);
    void send(consensus::Message message);
    void apply(const consensus::Entry& entry);
    void persisted(std::uint64_t sequence);
    void wake_in_time();
    void wake(std::uint64_t alarm);
    void install_when_quiet();
    void install();

    struct Installation {
        Snapshot snapshot;
        Received done;
    };

    Surroundings& around_;
    consensus::NodeId id_;
    Clock clock_;
    base::Random random_;
    Disk disk_;
    std::unique_ptr<consensus::Raft> core_; ///< null while it is down
    bool gone_ = false;
    std::uint64_t life_ = 0;
    base::TimePoint paused_until_{};
    base::TimePoint alarm_at_{}; ///< local time of the next wake(); none: TimePoint{}
    std::uint64_t alarm_ = 0;
    consensus::LogIndex applied_{};
    std::uint64_t asked_ = 0;    ///< the newest write the core asked for...
    std::uint64_t reported_ = 0; ///< ...and the newest it was told to be durable
    std::deque<consensus::HeldMessage> held_;
    std::map<consensus::LogIndex, consensus::Term> proposed_;
    std::map<std::uint64_t, consensus::LogIndex> reads_; ///< what each outstanding read must show at least
    std::uint64_t read_count_ = 0;
    std::unique_ptr<Installation> installing_;
};

} // namespace bookstore::sim
