#include "consensus/follower.hpp"

#include <algorithm>

#include <bookstore/base/error.hpp>

namespace bookstore::consensus {
namespace {

void hear_leader(Core& core, NodeId from, Term term) {
    INVARIANT(core.role != Role::leader || term > core.hard.term); // one leader a term
    follow(core, term, from);
    core.contact = core.now;
    core.deadline = core.now + election_wait(core);
}

void refuse(Core& core, NodeId to, const AppendRequest& request) {
    AppendReply reply{.round = request.round};
    reply.conflict_index = core.log.last_agreeable(request.prev_index, request.prev_term);
    reply.conflict_term = core.log.term_at(reply.conflict_index).value_or(Term{});
    send(core, to, core.hard.term, reply, RestsOn::hard_state);
}

/// Leaves out what the compacted prefix covers: it is committed, hence equal (defect P7).
void trim(Core& core, AppendRequest& request) {
    if (request.prev_index >= core.log.base()) return;
    if (built_in(Mutant::appends_below_base)) {
        request.prev_index = core.log.base();
        for (auto index = core.log.base(); auto& entry : request.entries)
            entry.index = index = index + 1;
        return;
    }
    const auto covered =
        std::min<std::uint64_t>(core.log.base() - request.prev_index, request.entries.size());
    request.entries.erase(request.entries.begin(),
                          request.entries.begin() + static_cast<std::ptrdiff_t>(covered));
}

/// Takes over what it lacks. An entry that is there already stays: requests may arrive late and out of order,
/// and what follows it may have been acknowledged.
void take_entries(Core& core, std::vector<Entry>& entries) {
    for (auto& entry : entries) {
        if (core.log.holds(entry.index, entry.term)) continue;
        if (entry.index <= core.log.last_index()) {
            INVARIANT(entry.index > core.commit);
            core.journal.truncate_from(entry.index);
            core.log.truncate_from(entry.index);
            if (!built_in(Mutant::keeps_truncated_configuration)) core.membership.truncate_from(entry.index);
        }
        append_entry(core, std::move(entry));
    }
}

} // namespace

void on_append_request(Core& core, NodeId from, Term term, AppendRequest request) {
    if (term < core.hard.term) return refuse(core, from, request); // it learns the term from the answer
    hear_leader(core, from, term);
    if (!core.log.holds(request.prev_index, request.prev_term)) return refuse(core, from, request);

    const auto matched = request.prev_index + request.entries.size();
    const bool heartbeat = request.entries.empty();
    trim(core, request);
    take_entries(core, request.entries);
    core.commit = std::max(core.commit, std::min(request.commit, matched));

    // Only what this request matched: a tail beyond it may be another leader's (defect P2). A heartbeat is
    // answered at once, with as much of it as is durable, so that a slow disk here does not look like
    // silence.
    AppendReply reply{.success = true, .match = matched, .round = request.round};
    if (built_in(Mutant::acks_stale_tail)) reply.match = core.log.last_index();
    if (heartbeat) reply.match = std::min(reply.match, core.journal.durable_index());
    const bool durable = reply.match <= core.journal.durable_index() || built_in(Mutant::acks_before_sync);
    send(core, from, core.hard.term, reply, durable ? RestsOn::hard_state : RestsOn::log);
}

bool wants_snapshot(const Core& core, LogIndex index, Term term) {
    return index > core.commit && !core.log.holds(index, term);
}

void on_snapshot_installed(Core& core, SnapshotInstalled snapshot) {
    INVARIANT(snapshot.last_index >= core.commit);
    core.membership.restart_at(std::move(snapshot.configuration));
    core.log.restart_at(snapshot.last_index, snapshot.last_term);
    core.journal.restart_at(snapshot.last_index);
    core.commit = core.applied = snapshot.last_index;
    if (snapshot.term >= core.hard.term) hear_leader(core, snapshot.leader, snapshot.term);
    INVARIANT(core.role != Role::leader); // whose log was all there already
}

} // namespace bookstore::consensus
