#include "consensus/transfer.hpp"

#include "consensus/election.hpp"
#include "consensus/lease.hpp"

namespace bookstore::consensus {
namespace {

/// Between two attempts of a leader to be rid of its role, in T: each costs writers up to T.
constexpr int hand_over_pause = 10;
/// A leader whose own disk has kept it waiting for so long, in T, cannot apply what it commits.
constexpr int stuck_disk = 4;

void begin_transfer(Core& core, NodeId to) {
    core.leadership->transfer = Transfer{.to = to, .deadline = core.now + core.options.election_timeout};
    tell_successor(core);
}

bool has_committed_in_term(const Core& core) {
    return core.commit >= core.leadership->first_index;
}

bool disk_is_stuck(const Core& core) {
    const auto since = core.journal.waiting_since();
    return since && *since + core.options.election_timeout * stuck_disk <= core.now;
}

} // namespace

const Progress* furthest(const Core& core) {
    const Progress* best = nullptr;
    for (const auto& member : core.leadership->members)
        if (member.voter && answers(core, member) && (!best || member.match > best->match)) best = &member;
    return best;
}

void on_transfer_asked(Core& core, NodeId to) {
    if (!core.leadership || core.leadership->transfer) return;
    const auto* successor = to == nobody ? furthest(core) : core.leadership->find(to);
    if (successor && successor->voter) begin_transfer(core, successor->node);
}

void on_timeout_now(Core& core, NodeId from, Term term) {
    const bool meant = core.role == Role::follower && core.leader == from && core.hard.term == term;
    if (meant && is_voter(core)) stand(core, true);
}

void tell_successor(Core& core) {
    auto& transfer = core.leadership->transfer;
    const auto* successor = transfer ? core.leadership->find(transfer->to) : nullptr;
    if (!successor || successor->match < core.log.last_index()) return;
    transfer->told = true; // ends the lease: from now on voters need not refuse the successor
    send(core, transfer->to, core.hard.term, TimeoutNow{});
}

void end_overdue_transfer(Core& core) {
    auto& transfer = core.leadership->transfer;
    if (!transfer || transfer->deadline > core.now) return;
    core.next_hand_over = core.now + core.options.election_timeout * hand_over_pause;
    const bool told = transfer->told;
    transfer.reset();
    // The order to take over may still arrive, and voters would then not wait for this leader's lease to end.
    // In a term of its own, which the voters grant at once, that order is void and the lease holds again.
    if (told && !built_in(Mutant::resumes_same_term)) stand(core, true);
}

void consider_hand_over(Core& core) {
    if (core.leadership->transfer || core.next_hand_over > core.now) return;
    const bool unwilling = (core.options.reluctant && has_committed_in_term(core)) || disk_is_stuck(core);
    if (!unwilling) return;
    const auto* successor = furthest(core);
    if (successor && successor->match >= core.commit) begin_transfer(core, successor->node);
}

} // namespace bookstore::consensus
