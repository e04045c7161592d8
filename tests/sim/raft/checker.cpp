#include "sim/raft/checker.hpp"

#include <algorithm>
#include <sstream>

#include "consensus/quorum.hpp"
#include "sim/failure.hpp"
#include "sim/raft/node.hpp"

namespace bookstore::sim {

using namespace consensus;

namespace {

template <typename... Parts>
[[noreturn]] void fail(const char* promise, const Node& node, const Parts&... parts) {
    std::ostringstream text;
    text << promise << ": node " << number(node.id()) << ", term " << number(node.core().term());
    ((text << parts), ...);
    throw Failure(text.str());
}

bool same(const Entry& a, const Entry& b) {
    return a.index == b.index && a.term == b.term && a.kind == b.kind && *a.payload == *b.payload;
}

} // namespace

void Checker::examine(const Node& node, const Effects& effects) {
    if (effects.persist) check_log_matching(node, *effects.persist);
    if (effects.change && effects.change->role == Role::leader) check_new_leader(node);
    const bool led = leading_.contains(node.id()); // a leader that is removed commits that, and steps down
    check_commit(node, led || node.leads());
    if (node.leads()) check_leases(node);
    if (node.leads())
        leading_.insert(node.id());
    else
        leading_.erase(node.id());
}

void Checker::restarted(const Node& node) {
    commits_[node.id()] = node.core().commit_index();
    leading_.erase(node.id());
}

void Checker::sent(const Node& node, const Message& message) {
    const auto* reply = std::get_if<VoteReply>(&message.body);
    if (!reply || reply->pre || !reply->granted) return;
    const auto [known, fresh] = votes_.try_emplace({node.id(), message.term}, message.to);
    if (!fresh && known->second != message.to)
        fail("two votes", node, " in term ", number(message.term), ", for nodes ", number(known->second),
             " and ", number(message.to));
}

/// Entries of one index and term are the same everywhere, and so is what precedes them (3.6.1). Held for each
/// entry as it is written, with the term before it, the second half follows by induction.
void Checker::check_log_matching(const Node& node, const Persist& step) {
    for (const auto& entry : step.append) {
        const auto previous = node.core().term_at(entry.index - 1);
        // A core that compacts what it just appended leaves nothing to compare.
        if (!previous) continue;
        const auto [known, fresh] =
            written_.try_emplace({entry.index, entry.term}, Written{*entry.payload, *previous});
        if (!fresh && (known->second.payload != *entry.payload || known->second.previous_term != *previous))
            fail("log matching", node, ", index ", number(entry.index), " of term ", number(entry.term));
    }
}

/// Election safety: one leader a term. Leader completeness: it holds everything committed in a term before
/// its own.
void Checker::check_new_leader(const Node& node) {
    const auto [known, fresh] = leaders_.try_emplace(node.core().term(), node.id());
    if (!fresh && known->second != node.id())
        fail("election safety", node, ": node ", number(known->second), " led this term already");
    for (auto index = newest_applied(); index >= node.core().first_index(); index = index - 1)
        if (committed_in(index) < node.core().term() && node.core().term_at(index) != applied_term(index))
            fail("leader completeness", node, " leads without index ", number(index), " of term ",
                 number(applied_term(index)));
    if (node.core().first_index() - 1 > newest_applied())
        fail("leader completeness", node, ": compacted too much");
}

void Checker::check_commit(const Node& node, bool as_leader) {
    auto& before = commits_[node.id()];
    const auto commit = node.core().commit_index();
    if (commit < before) fail("commit went back", node, " from ", number(before), " to ", number(commit));
    if (commit > node.core().last_index()) fail("commit beyond the log", node);
    if (commit > before && as_leader) {
        check_commit_is_earned(node);
        committed_in_.resize(std::max<std::size_t>(committed_in_.size(), number(commit)), node.core().term());
        for (auto index = number(before); index < number(commit); ++index)
            committed_in_[index] = std::min(committed_in_[index], node.core().term());
    }
    before = commit;
}

/// What a leader commits is on the disks of a majority.
void Checker::check_commit_is_earned(const Node& node) const {
    const auto commit = node.core().commit_index();
    const auto term = node.core().term_at(commit);
    std::size_t copies = 0;
    const auto& configuration = node.core().configuration();
    for (const auto* other : nodes_) {
        if (!configuration.has_voter(other->id())) continue;
        const auto* entry = other->platter().find(commit);
        if (other->platter().base() >= commit || (entry && entry->term == term)) ++copies;
    }
    if (copies < majority_of(configuration.voters.size()))
        fail("committed on ", node, " with too few copies: index ", number(commit));
}

/// At no moment do two nodes both rely on their lease.
void Checker::check_leases(const Node& node) const {
    if (node.core().lease_until() <= node.local_now()) return;
    for (const auto* other : nodes_)
        if (other != &node && other->leads() && other->core().lease_until() > other->local_now())
            fail("two leases", node, " and node ", number(other->id()), ", term ",
                 number(other->core().term()));
}

void Checker::applied(const Node& node, const Entry& entry) {
    if (entry.index != node.applied() + 1)
        fail("applied out of order", node, ", index ", number(entry.index));
    if (entry.index == newest_applied() + 1) {
        history_.push_back(entry);
        if (entry.kind == EntryKind::configuration) check_configuration(node, entry);
    } else if (!same(history_.at(static_cast<std::size_t>(number(entry.index) - 1)), entry))
        fail("state machine safety", node, ", index ", number(entry.index));
}

/// From one to the next at most one voter comes or goes.
void Checker::check_configuration(const Node& node, const Entry& entry) {
    const auto next = decode_configuration(*entry.payload).value();
    const auto kept =
        static_cast<std::size_t>(std::count_if(next.voters.begin(), next.voters.end(), [&](NodeId voter) {
            return configuration_.has_voter(voter);
        }));
    const auto changed = (next.voters.size() - kept) + (configuration_.voters.size() - kept);
    if (changed > 1) fail("one server at a time", node, ", index ", number(entry.index));
    if (next.voters.empty()) fail("nobody is left", node, ", index ", number(entry.index));
    configuration_ = next;
    configuration_index_ = entry.index;
}

void Checker::acknowledged(const Entry& entry) {
    ++acknowledgements_;
    newest_acknowledged_ = std::max(newest_acknowledged_, entry.index);
}

void Checker::read_answered(const Node& node, LogIndex index, LogIndex at_least) const {
    if (index < at_least)
        fail("stale read", node, ": index ", number(index), " though ", number(at_least),
             " was applied before");
}

Term Checker::committed_in(LogIndex index) const {
    return committed_in_.at(static_cast<std::size_t>(number(index) - 1));
}

Term Checker::applied_term(LogIndex index) const {
    return history_.at(static_cast<std::size_t>(number(index) - 1)).term;
}

} // namespace bookstore::sim
