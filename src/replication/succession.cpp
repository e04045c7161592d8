#include "replication/succession.hpp"

#include <algorithm>
#include <vector>

#include <bookstore/replication/identity.hpp>

namespace bookstore::replication {
namespace {

using consensus::Change;
using Peer = consensus::Raft::Peer;
using Peers = std::vector<Peer>;

bool answers(const Peer& peer, base::Duration patience) {
    return peer.heard != base::TimePoint{} && peer.silence < patience;
}

bool silent(const Peer& peer, base::Duration patience) {
    return peer.silence >= patience;
}

const Peer* in_slot_of(const Peers& peers, const Peer& peer, bool voter) {
    const auto found = std::find_if(peers.begin(), peers.end(), [&](const Peer& other) {
        return other.node != peer.node && slot_in(other.node) == slot_in(peer.node) && !other.guest &&
               other.voter == voter;
    });
    return found == peers.end() ? nullptr : &*found;
}

std::optional<Change> step_for(const Peers& peers, const Peer& newcomer, base::Duration patience) {
    if (newcomer.voter || !newcomer.caught_up || !answers(newcomer, patience)) return std::nullopt;
    const auto* voter = in_slot_of(peers, newcomer, true);
    const auto* learner = in_slot_of(peers, newcomer, false); // whose disk was lost as well, on its way back
    for (const auto* former : {voter, learner})
        if (former != nullptr && !silent(*former, patience)) return std::nullopt;
    if (newcomer.guest) {
        const bool empty = voter == nullptr && learner == nullptr;
        if (empty && (newcomer.former || newcomer.guest_for < patience)) return std::nullopt;
        return Change{Change::Kind::add_learner, newcomer.node};
    }
    if (learner != nullptr) return Change{Change::Kind::remove, learner->node};
    if (voter != nullptr) return Change{Change::Kind::remove, voter->node};
    return Change{Change::Kind::promote, newcomer.node};
}

/// The voter whose place it was to take is back.
std::optional<Change> dismissal_of(const Peers& peers, const Peer& learner, base::Duration patience) {
    if (learner.voter || learner.guest || !silent(learner, patience)) return std::nullopt;
    const auto* voter = in_slot_of(peers, learner, true);
    if (voter == nullptr || !answers(*voter, patience)) return std::nullopt;
    return Change{Change::Kind::remove, learner.node};
}

} // namespace

std::optional<Change> next_succession(const consensus::Raft& raft, base::Duration patience) {
    const auto peers = raft.peers();
    for (const auto& peer : peers) {
        auto change = step_for(peers, peer, patience);
        if (!change) change = dismissal_of(peers, peer, patience);
        if (change && !raft.objection_to(*change)) return change;
    }
    return std::nullopt;
}

} // namespace bookstore::replication
