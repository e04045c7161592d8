#include "consensus/election.hpp"

#include <algorithm>

#include "consensus/leader.hpp"

namespace bookstore::consensus {
namespace {

/// A pre-vote moves no term, so one that got no majority is repeated sooner than an election: in [T/4, T/2].
base::Duration pre_vote_wait(Core& core) {
    const auto quarter = core.options.election_timeout / 4;
    const auto extra = base::Duration(core.random.below(static_cast<std::uint64_t>(quarter.count()) + 1));
    return quarter + extra + (core.options.reluctant ? core.options.election_timeout : base::Duration{});
}

void ask_for_votes(Core& core, VoteRequest request, Term term, RestsOn rests_on) {
    request.last_index = core.log.last_index();
    request.last_term = core.log.last_term();
    for (const auto voter : core.configuration().voters)
        if (voter != core.options.self) send(core, voter, term, request, rests_on);
}

bool may_win(const Core& core, const VoteRequest& request) {
    return built_in(Mutant::ignores_log_in_vote) ||
           core.log.not_ahead_of(request.last_index, request.last_term);
}

/// A refusal tells this node's own term, whatever the request's was: a candidate with the better log and the
/// lower term learns from it in which term it can win. Without that, two nodes can refuse each other for
/// good, one for its log and one for its term (defect P4).
void answer_pre_vote(Core& core, NodeId from, Term term, const VoteRequest& request) {
    const bool granted = term > core.hard.term && !is_sticky(core) && may_win(core, request);
    const auto told = granted || built_in(Mutant::hides_term_in_refusal) ? term : core.hard.term;
    send(core, from, told, VoteReply{.pre = true, .granted = granted});
}

} // namespace

void begin_pre_vote(Core& core) {
    core.role = Role::pre_candidate;
    core.leader = nobody;
    core.votes.clear();
    core.deadline = core.now + pre_vote_wait(core);
    ask_for_votes(core, {.pre = true}, next(core.hard.term), RestsOn::nothing);
    // If there is a leader that has not been in touch, this node may have been removed, and is told so.
    send(core, nobody, core.hard.term, JoinRequest{});
    count_votes(core);
}

void stand(Core& core, bool transfer) {
    if (core.role == Role::leader) end_leadership(core);
    core.role = Role::candidate;
    core.leader = nobody;
    core.votes.clear();
    core.hard = {next(core.hard.term), core.options.self};
    core.journal.write(core.hard);
    core.deadline = core.now + election_wait(core);
    ask_for_votes(core, {.transfer = transfer}, core.hard.term, RestsOn::hard_state);
}

void on_vote_request(Core& core, NodeId from, Term term, const VoteRequest& request) {
    // Neither is looked up in the configuration here: the candidate's may be newer, or older (4.1).
    if (request.pre) return answer_pre_vote(core, from, term, request);
    // Not even the term is taken over: a node that merely lost sight of the leader must not depose it.
    if (is_sticky(core) && !request.transfer) return;
    if (term > core.hard.term) follow(core, term, nobody);
    const bool free = core.hard.vote == nobody || core.hard.vote == from;
    const bool granted = term == core.hard.term && core.role == Role::follower && core.leader == nobody &&
                         free && may_win(core, request);
    if (granted) {
        if (core.hard.vote != from) {
            core.hard.vote = from;
            core.journal.write(core.hard);
        }
        core.deadline = core.now + election_wait(core);
    }
    const auto rests_on = built_in(Mutant::votes_before_sync) ? RestsOn::nothing : RestsOn::hard_state;
    send(core, from, core.hard.term, VoteReply{.granted = granted}, rests_on);
}

void on_vote_reply(Core& core, NodeId from, Term term, const VoteReply& reply) {
    if (!reply.granted) {
        if (term > core.hard.term && !(reply.pre && built_in(Mutant::hides_term_in_refusal)))
            follow(core, term, nobody);
        return;
    }
    const bool meant = reply.pre ? core.role == Role::pre_candidate && term == next(core.hard.term)
                                 : core.role == Role::candidate && term == core.hard.term;
    if (!meant || !is_voter(core, from)) return;
    if (std::find(core.votes.begin(), core.votes.end(), from) == core.votes.end()) core.votes.push_back(from);
    count_votes(core);
}

void count_votes(Core& core) {
    const bool own =
        core.role == Role::pre_candidate || core.journal.is_durable(core.journal.hard_state_sequence());
    const auto votes =
        std::count_if(core.votes.begin(), core.votes.end(), [&](NodeId n) { return is_voter(core, n); }) +
        (own && is_voter(core) ? 1 : 0);
    if (static_cast<std::size_t>(votes) < majority_of(core.configuration().voters.size())) return;
    if (core.role == Role::pre_candidate)
        stand(core, false);
    else if (core.role == Role::candidate)
        begin_leadership(core);
}

void on_peer_lost(Core& core, NodeId peer) {
    if (core.role != Role::follower || peer != core.leader || !stands(core)) return;
    const auto t = core.options.election_timeout;
    // Survivors hear of the same death at the same moment: the spread keeps them from standing together.
    const auto spread = base::Duration(core.random.below(static_cast<std::uint64_t>(t.count()) / 4 + 1));
    const auto soonest = core.contact + t + (core.options.reluctant ? t : base::Duration{});
    core.deadline = std::min(core.deadline, soonest + spread);
}

} // namespace bookstore::consensus
