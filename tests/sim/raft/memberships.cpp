// What happens to the membership of a world: its operators and its lost disks.
#include <algorithm>
#include <vector>

#include "sim/raft/world.hpp"

namespace bookstore::sim {

using namespace consensus;

namespace {

/// After a change so long must pass before a disk is lost: what was sent of it has arrived by then.
constexpr base::Duration quiet_before_loss = std::chrono::milliseconds(600);

} // namespace

/// Whoever takes itself for the leader is asked.
void World::change_members() {
    for (const auto& node : nodes_)
        if (node->leads()) change_members(*node);
}

/// Any change that the leader has no objection to. While a lost disk counts among the voters, no other voter
/// is removed: its vote may be the one that is needed.
void World::change_members(Node& leader) {
    if (!leader.leads() || calm_) return;
    const auto& configuration = checker_.configuration();
    const bool lost = std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
        return node->gone() && configuration.has_voter(node->id());
    });
    std::vector<Change> possible;
    using enum Change::Kind;
    for (const auto& node : nodes_)
        for (const auto kind : {add_learner, promote, remove}) {
            const Change change{kind, node->id()};
            if (kind == remove ? lost && !node->gone() : node->gone()) continue;
            if (!leader.core().objection_to(change)) possible.push_back(change);
        }
    if (possible.empty()) return;
    last_change_ = schedule_.now();
    leader.give(ChangeAsked{possible[static_cast<std::size_t>(random_.below(possible.size()))]});
}

/// One lost disk at a time is what a group can bear, and none while a change is under way or has just been.
bool World::may_lose_a_disk() const {
    const auto& configuration = checker_.configuration();
    if (configuration.voters.size() < 3 || last_change_ + quiet_before_loss > schedule_.now()) return false;
    return std::none_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
        if (node->gone()) return configuration.has_voter(node->id());
        if (node->up()) return node->core().configuration_index() > checker_.configuration_index();
        for (auto index = node->platter().last_index(); index > checker_.configuration_index();
             index = index - 1)
            if (const auto* entry = node->platter().find(index);
                entry && entry->kind == EntryKind::configuration)
                return true;
        return false;
    });
}

void World::lose_disk() {
    auto& node = any();
    if (!is_voter(node) || !may_lose_a_disk()) return;
    node.lose_disk();
    add_node({});
}

} // namespace bookstore::sim
