#include "consensus/change.hpp"

#include <algorithm>

#include <bookstore/consensus/message.hpp>

#include "consensus/lease.hpp"
#include "consensus/replication.hpp"
#include "consensus/transfer.hpp"

namespace bookstore::consensus {
namespace {

void erase(std::vector<NodeId>& nodes, NodeId node) {
    nodes.erase(std::remove(nodes.begin(), nodes.end(), node), nodes.end());
}

Configuration with(Configuration configuration, const Change& change) {
    erase(configuration.learners, change.node);
    erase(configuration.voters, change.node);
    if (change.kind == Change::Kind::add_learner) configuration.learners.push_back(change.node);
    if (change.kind == Change::Kind::promote) configuration.voters.push_back(change.node);
    return configuration;
}

/// Of the change's subject alone, whatever the state of the group.
std::optional<Objection> objection_to_subject(const Core& core, const Change& change) {
    const bool voter = is_voter(core, change.node);
    const bool learner = core.configuration().has_learner(change.node);
    const auto* member = core.leadership->find(change.node);
    switch (change.kind) {
    case Change::Kind::add_learner:
        if (voter || learner) return Objection::already_so;
        return member ? std::nullopt : std::optional(Objection::unknown_node); // it has not asked to join
    case Change::Kind::promote:
        if (voter) return Objection::already_so;
        if (!learner) return Objection::unknown_node;
        return member->caught_up && answers(core, *member) ? std::nullopt : std::optional(Objection::behind);
    case Change::Kind::remove:
        return voter || learner ? std::nullopt : std::optional(Objection::unknown_node);
    }
    return Objection::unknown_node;
}

/// Would enough of the voters that count afterwards be there to commit it, and what comes after?
bool would_stall(const Core& core, const Configuration& next) {
    const auto there = std::count_if(next.voters.begin(), next.voters.end(), [&](NodeId voter) {
        const auto* member = core.leadership->find(voter);
        return voter == core.options.self || (member && answers(core, *member));
    });
    return static_cast<std::size_t>(there) < majority_of(next.voters.size());
}

/// The leader's book of members follows the configuration. Who was removed stays as a guest: so it is told.
void keep_book(Core& core) {
    auto& members = core.leadership->members;
    const auto& configuration = core.configuration();
    for (auto& member : members) {
        member.voter = configuration.has_voter(member.node);
        const bool guest = !configuration.contains(member.node);
        if (guest && !member.guest) member.welcomed = core.now;
        member.guest = guest;
    }
    for (const auto* nodes : {&configuration.voters, &configuration.learners})
        for (const auto node : *nodes) {
            if (node == core.options.self || core.leadership->find(node)) continue;
            members.push_back({.node = node, .voter = nodes == &configuration.voters});
            members.back().next = core.log.last_index() + 1;
        }
}

} // namespace

std::optional<Objection> objection_to(const Core& core, const Change& change) {
    if (!core.leadership) return Objection::not_leader;
    if (core.leadership->transfer) return Objection::handing_over;
    // Two leaders that each change what their predecessor left, and commit it among themselves, can end up
    // with majorities that do not meet; an entry of the own term that is committed rules that out (the
    // correction of 2015 to 4.1).
    if (core.commit < core.leadership->first_index && !built_in(Mutant::changes_before_own_commit))
        return Objection::too_early;
    // Only neighbours have majorities that always meet.
    if (core.membership.index() > core.commit && !built_in(Mutant::changes_twice)) return Objection::busy;
    if (const auto objection = objection_to_subject(core, change)) return objection;
    const auto next = with(core.configuration(), change);
    if (next.voters.empty()) return Objection::last_voter;
    if (would_stall(core, next)) return Objection::would_stall;
    return std::nullopt;
}

void on_change_asked(Core& core, const Change& change) {
    if (objection_to(core, change)) return;
    const auto next = with(core.configuration(), change);
    append_entry(core, {core.log.last_index() + 1, core.hard.term, EntryKind::configuration,
                        std::make_shared<const std::string>(encode(next))});
    keep_book(core);
    replicate_to_all(core);
}

void watch_catching_up(Core& core, Progress& member) {
    if (member.match < member.goal) return;
    member.caught_up = member.goal_set + core.options.election_timeout > core.now;
    member.goal = core.log.last_index();
    member.goal_set = core.now;
}

void leave_when_removed(Core& core) {
    if (!core.leadership || is_voter(core) || core.membership.index() > core.commit) return;
    if (const auto* successor = furthest(core)) send(core, successor->node, core.hard.term, TimeoutNow{});
    follow(core, core.hard.term, nobody);
}

} // namespace bookstore::consensus
