#include "consensus/replication.hpp"

#include <algorithm>

#include "consensus/change.hpp"
#include "consensus/reads.hpp"
#include "consensus/transfer.hpp"

namespace bookstore::consensus {
namespace {

/// Who had readers a moment ago has more of them.
constexpr int eager_heartbeats = 2;

AppendRequest begin_request(Core& core, Progress& member, LogIndex prev, Term prev_term) {
    member.commit_sent = std::max(member.commit_sent, core.commit);
    return {.prev_index = prev,
            .prev_term = prev_term,
            .commit = core.commit,
            .round = core.leadership->rounds.open(core.now)};
}

bool is_told_at_once(const Core& core, const Progress& member) {
    return core.now < member.eager_until ||
           member.commit_sent < std::max(core.leadership->first_index, core.membership.index());
}

void send_entries(Core& core, Progress& member) {
    const auto prev = member.next - 1;
    auto request = begin_request(core, member, prev, core.log.known_term(prev));
    request.entries = core.log.slice(member.next, core.log.last_index(), core.options.append_bytes_max);
    member.sent(request.entries.back().index);
    send(core, member.node, core.hard.term, std::move(request));
}

void on_refusal(Core& core, Progress& member, const AppendReply& reply) {
    if (member.mode == Progress::Mode::snapshot || reply.round <= member.restarted) return;
    const auto agreeable = core.log.last_agreeable(reply.conflict_index, reply.conflict_term);
    if (agreeable < member.match) return; // older than what it acknowledged since
    member.probe_from(agreeable + 1, core.leadership->rounds.last());
    if (member.next > core.log.base()) return replicate(core, member);
    member.begin_snapshot();
    core.effects.snapshots.push_back({member.node});
}

void on_success(Core& core, Progress& member, const AppendReply& reply) {
    if (reply.match > core.log.last_index()) return; // nothing that this leader ever sent
    member.acknowledged(reply.match, reply.round > member.restarted);
    if (member.mode == Progress::Mode::snapshot && member.next > core.log.base()) // it got there by itself
        member.probe_from(member.next, core.leadership->rounds.last());
    if (member.voter)
        advance_commit(core);
    else
        watch_catching_up(core, member);
    replicate(core, member);
    consider_hand_over(core);
    const auto& transfer = core.leadership->transfer;
    if (transfer && !transfer->told) tell_successor(core);
}

} // namespace

void replicate(Core& core, Progress& member) {
    // What comes next may have been compacted: the next heartbeat finds out whether it is needed.
    if (member.next <= core.log.base()) return;
    while (member.next <= core.log.last_index() && member.has_room(core.options.appends_in_flight_max))
        send_entries(core, member);
    const bool idle = member.mode == Progress::Mode::replicate && member.in_flight.empty();
    const bool behind = member.commit_sent < std::min(core.commit, member.match);
    if (idle && behind && is_told_at_once(core, member)) send_heartbeat(core, member);
}

void replicate_to_all(Core& core) {
    for (auto& member : core.leadership->members)
        replicate(core, member);
}

void send_heartbeat(Core& core, Progress& member) {
    // Nothing can be asked below the base. One that has the base entry, though its answer was lost, needs no
    // snapshot; one that refuses does.
    const auto prev = std::max(member.next - 1, core.log.base());
    send(core, member.node, core.hard.term,
         begin_request(core, member, prev, core.log.term_at(prev).value()));
}

void on_news_wanted(Core& core, NodeId by) {
    auto* member = core.leadership ? core.leadership->find(by) : nullptr;
    if (!member) return;
    member->eager_until = core.now + core.options.heartbeat_interval * eager_heartbeats;
    replicate(core, *member);
}

void on_append_reply(Core& core, NodeId from, Term term, const AppendReply& reply) {
    if (term > core.hard.term) return follow(core, term, nobody);
    if (!core.leadership || term < core.hard.term) return;
    auto* member = core.leadership->find(from);
    const auto sent_at = core.leadership->rounds.sent_at(reply.round);
    if (!member || reply.round > core.leadership->rounds.last()) return;
    if (reply.round > member->answered) {
        member->answered = reply.round;
        if (sent_at) member->heard = built_in(Mutant::dates_lease_by_answer) ? core.now : *sent_at;
    }
    if (reply.success)
        on_success(core, *member, reply);
    else
        on_refusal(core, *member, reply);
    answer_confirmed_reads(core);
}

void on_snapshot_sent(Core& core, const SnapshotSent& sent) {
    auto* member = core.leadership ? core.leadership->find(sent.to) : nullptr;
    if (!member || member->mode != Progress::Mode::snapshot) return;
    if (sent.success)
        member->match = std::max(member->match, std::min(sent.last_index, core.log.last_index()));
    // After a failure the next answer, a refusal, leads to the next attempt.
    const auto from = sent.success ? member->match + 1 : core.log.last_index() + 1;
    member->probe_from(from, core.leadership->rounds.last());
    if (sent.success) advance_commit(core);
    replicate(core, *member);
}

void on_follower_lost(Core& core, NodeId peer) {
    auto* member = core.leadership ? core.leadership->find(peer) : nullptr;
    if (member && member->mode == Progress::Mode::replicate)
        member->probe_from(member->match + 1, core.leadership->rounds.last());
}

void advance_commit(Core& core) {
    std::vector<LogIndex> held;
    if (is_voter(core)) // not while it removes itself
        held.push_back(built_in(Mutant::forgets_own_disk) ? core.log.last_index()
                                                          : core.journal.durable_index());
    for (const auto& member : core.leadership->members)
        if (member.voter || built_in(Mutant::counts_learners)) held.push_back(member.match);
    const auto reached = reached_by_majority(std::move(held));
    if (reached <= core.commit) return;
    if (built_in(Mutant::commits_last_only) && reached != core.log.last_index()) return;
    // Entries of former terms only together with one of this term after them: until then a majority's copies
    // do not keep another leader from replacing them (3.6.2, figure 8; defect P1).
    if (core.log.known_term(reached) != core.hard.term && !built_in(Mutant::commits_former_terms)) return;
    core.commit = reached;
    replicate_to_all(core);
}

} // namespace bookstore::consensus
