#include "consensus/core.hpp"

#include <algorithm>
#include <limits>

#include <bookstore/base/error.hpp>

namespace bookstore::consensus {

Core::Core(Options chosen, Restored restored, base::Random& dice, base::TimePoint start)
    : options(chosen),
      random(dice),
      membership(std::move(restored.configuration)),
      hard(restored.hard_state),
      log(restored.base_index, restored.base_term, {}),
      journal(restored.base_index + restored.entries.size()),
      commit(restored.applied),
      applied(restored.applied),
      now(start) {
    INVARIANT(options.self != nobody);
    for (auto& entry : restored.entries) {
        membership.appended(entry);
        log.append(std::move(entry));
    }
    INVARIANT(log.base() <= applied && applied <= log.last_index());
    // A snapshot can be durable before the term that it came with; in that term nothing was promised yet.
    if (log.last_term() > hard.term) hard = {log.last_term(), nobody};
    // A node that was up before may have promised its leader, a moment ago, not to vote for another.
    if (hard.term > Term{} && !built_in(Mutant::forgets_contact)) contact = start;
    // One that does not stand asks to join at once. One that is alone from the first has nobody to wait for;
    // later it may have been made so by a leader of others, who may still trust the promise.
    const bool promised = hard.term > Term{};
    const bool waits = stands(*this) && (configuration().voters.size() > 1 || promised);
    deadline = waits ? start + election_wait(*this) : start;
}

void send(Core& core, NodeId to, Term term, decltype(Message::body) body, RestsOn rests_on) {
    std::uint64_t after = 0;
    if (rests_on != RestsOn::nothing) after = core.journal.hard_state_sequence();
    if (rests_on == RestsOn::log) after = std::max(after, core.journal.log_sequence());
    Message message{core.options.self, to, term, std::move(body)};
    if (core.journal.is_durable(after))
        core.effects.messages.push_back(std::move(message));
    else
        core.effects.held.push_back({after, std::move(message)});
}

bool is_voter(const Core& core, NodeId node) {
    return core.configuration().has_voter(node);
}

bool stands(const Core& core) {
    return core.membership.may_be_voter(core.options.self, core.commit);
}

bool is_sticky(const Core& core) {
    return core.role == Role::leader ||
           (core.contact != base::TimePoint{} && core.contact + core.options.election_timeout > core.now);
}

base::Duration election_wait(Core& core) {
    const auto t = core.options.election_timeout;
    const auto extra = base::Duration(core.random.below(static_cast<std::uint64_t>(t.count()) + 1));
    return t + extra + (core.options.reluctant ? t : base::Duration{});
}

void follow(Core& core, Term term, NodeId leader) {
    INVARIANT(term >= core.hard.term);
    if (core.role == Role::leader) {
        end_leadership(core);
        core.deadline = core.now + election_wait(core);
    }
    if (term > core.hard.term) {
        core.hard = {term, nobody};
        core.journal.write(core.hard);
    }
    core.role = Role::follower;
    core.leader = leader;
    core.votes.clear();
}

void end_leadership(Core& core) {
    for (const auto& read : core.leadership->reads)
        core.effects.reads.push_back({read.id, false, {}});
    core.leadership.reset();
}

void append_entry(Core& core, Entry entry) {
    core.journal.append(entry);
    core.membership.appended(entry);
    core.log.append(std::move(entry));
}

void hand_out_committed(Core& core) {
    const auto to = std::min(core.commit, core.journal.durable_index());
    if (to <= core.applied) return;
    core.effects.committed = core.log.slice(core.applied + 1, to, std::numeric_limits<std::size_t>::max());
    core.applied = to;
}

} // namespace bookstore::consensus
