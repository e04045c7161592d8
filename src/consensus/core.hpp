#pragma once
/// \file
/// The state of one node and what every part of the algorithm does with it. The parts are files of free
/// functions over this struct, one for each mechanism: election, follower, leader, replication, reads, lease,
/// transfer, joining, change.
#include <memory>
#include <vector>

#include <bookstore/base/random.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/consensus/event.hpp>
#include <bookstore/consensus/raft.hpp>

#include "consensus/journal.hpp"
#include "consensus/leadership.hpp"
#include "consensus/log.hpp"
#include "consensus/membership.hpp"
#include "consensus/mutants.hpp"
#include "consensus/quorum.hpp"

namespace bookstore::consensus {

struct Core {
    Core(Options chosen, Restored restored, base::Random& dice, base::TimePoint start);

    Options options;
    base::Random& random;
    Membership membership;
    HardState hard;
    Log log;
    Journal journal;
    LogIndex commit{};
    LogIndex applied{}; ///< handed out to be applied

    const Configuration& configuration() const {
        return built_in(Mutant::configures_at_commit) ? membership.at(commit) : membership.current();
    }

    Role role = Role::follower;
    NodeId leader = nobody;
    base::TimePoint now{};      ///< of the event under way
    base::TimePoint deadline{}; ///< not as leader: when to stand (a learner: to ask again)
    /// When a leader was last heard; after a restart, when it may last have been. Never: TimePoint{}.
    base::TimePoint contact{};
    std::vector<NodeId> votes;              ///< as (pre-)candidate: who said yes
    std::unique_ptr<Leadership> leadership; ///< exactly as leader
    base::TimePoint next_hand_over{};       ///< a leader that would rather not be does not try before

    Effects effects; ///< of the event under way
};

/// What a message rests on, and so waits for before it leaves.
enum class RestsOn { nothing, hard_state, log };

void send(Core& core, NodeId to, Term term, decltype(Message::body) body,
          RestsOn rests_on = RestsOn::nothing);

bool is_voter(const Core& core, NodeId node);
inline bool is_voter(const Core& core) {
    return is_voter(core, core.options.self);
}

/// Stands for election: a voter, or one whose removal may not be committed. Such a one can be the only node
/// that has what must be led on, and though it does not count itself, the others need it for that (4.2.2).
bool stands(const Core& core);

/// Has heard from a leader within T, or leads: votes only for whom that leader chose (4.2.3).
bool is_sticky(const Core& core);

/// Random in [T, 2T], one T more for a reluctant node.
base::Duration election_wait(Core& core);

/// Takes part in `term`, at or above the present one, as follower of `leader` (nobody: unknown).
void follow(Core& core, Term term, NodeId leader);

/// Leaves the leader's role: whatever it alone can answer is answered with no.
void end_leadership(Core& core);

/// A new entry at the end of the log, in memory and for the disk.
void append_entry(Core& core, Entry entry);

/// Hands out what is committed and durable here: what is applied is never ahead of the own log after a crash.
void hand_out_committed(Core& core);

} // namespace bookstore::consensus
