#pragma once
/// \file
/// What one node's disk holds: the effect of every write that became durable, and nothing else.
#include <vector>

#include <bookstore/consensus/event.hpp>
#include <bookstore/consensus/raft.hpp>

namespace bookstore::sim {

class Platter {
public:
    explicit Platter(consensus::Configuration configuration) : configuration_(std::move(configuration)) {}

    void write(const consensus::Persist& step);
    /// A snapshot takes the place of log and state.
    void install(consensus::LogIndex base, consensus::Term base_term, consensus::Configuration configuration);
    /// The state machine's checkpoint: everything up to `applied` survives a crash.
    void checkpoint(consensus::LogIndex applied) { applied_ = applied; }

    consensus::LogIndex applied() const { return applied_; }
    consensus::LogIndex base() const { return base_; }
    consensus::LogIndex last_index() const { return base_ + entries_.size(); }
    /// Nothing below the base or beyond the end.
    const consensus::Entry* find(consensus::LogIndex index) const;
    /// What a core that starts from this disk is given.
    consensus::Restored restored() const;

private:
    consensus::Configuration configuration_;
    consensus::HardState hard_state_;
    consensus::LogIndex base_{};
    consensus::Term base_term_{};
    consensus::LogIndex applied_{};
    std::vector<consensus::Entry> entries_;
};

} // namespace bookstore::sim
