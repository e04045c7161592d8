// What happens to the nodes of a world: its clients and its faults.
#include <algorithm>
#include <string>

#include "sim/raft/world.hpp"

namespace bookstore::sim {

using namespace consensus;

namespace {

/// Clients wait rather than pile up more than so many commands that are not committed.
constexpr std::uint64_t backlog_max = 50;

} // namespace

void World::propose() {
    for (auto& node : nodes_) {
        if (!node->leads()) continue;
        const bool busy = node->core().last_index() - node->core().commit_index() > backlog_max;
        if (busy && !calm_) continue;
        auto payload = std::to_string(++proposals_);
        payload.resize(payload.size() + static_cast<std::size_t>(random_.below(weather_.payload_bytes_max)),
                       '.');
        node->propose(std::make_shared<const std::string>(std::move(payload)));
    }
}

void World::read() {
    for (auto& node : nodes_)
        if (node->leads() || one_in(random_, 8)) node->read();
    if (one_in(random_, 4)) leader_or_any().give(NewsWanted{any().id()});
}

void World::partition() {
    switch (random_.below(3)) {
    case 0:
        return network_.heal();
    case 1:
        return isolate(any());
    default:
        return cut_off(leader_or_any(), any());
    }
}

void World::cut_off(const Node& one, const Node& other) {
    network_.cut(one.id(), other.id());
    network_.cut(other.id(), one.id());
}

/// Some or all of its links fail, in one direction or both.
void World::isolate(const Node& one) {
    const bool whole = one_in(random_, 2); // all its links, or a link
    const bool deaf = !one_in(random_, 3);
    const bool mute = !deaf || !one_in(random_, 3);
    for (const auto& other : nodes_) {
        if (other->id() == one.id() || (!whole && !one_in(random_, 2))) continue;
        if (deaf) network_.cut(other->id(), one.id());
        if (mute) network_.cut(one.id(), other->id());
    }
}

/// Leaders have their own ways to fall.
void World::crash() {
    auto& node = any();
    if (!node.leads() || one_in(random_, 4)) crash(node);
}

void World::crash(Node& node) {
    if (!node.up()) return;
    node.crash();
    for (const auto& other : nodes_)
        if (other->up() && one_in(random_, 2)) other->give(PeerLost{node.id()});
    schedule_.after(draw(random_, weather_.down), [this, &node] {
        if (!node.up() && !node.gone() && !calm_) node.restart();
    });
}

void World::topple() {
    for (const auto& node : nodes_)
        if (node->leads()) topple(*node);
}

/// Often those come back that were away when it rose.
void World::topple(Node& leader) {
    if (!one_in(random_, 3)) network_.heal();
    if (one_in(random_, 3)) return crash(leader);
    if (one_in(random_, 4)) return isolate(leader);
    for (const auto& other : nodes_)
        cut_off(leader, *other);
}

void World::leader_rose(Node& leader) {
    if (weather_.changes != Every{} && one_in(random_, 2)) // at once, before it has committed anything
        schedule_.after({}, [this, &leader] { change_members(leader); });
    if (!one_in(random_, weather_.short_reigns)) return;
    schedule_.after(draw(random_, {{}, weather_.delay.most / 8}), [this, &leader] {
        if (leader.leads() && !calm_) topple(leader);
    });
}

void World::pause() {
    any().pause(draw(random_, {std::chrono::milliseconds(10), std::chrono::milliseconds(500)}));
}

void World::stall() {
    any().stall_disk(draw(random_, weather_.stall));
}

void World::transfer() {
    for (auto& node : nodes_)
        if (node->leads()) node->give(TransferAsked{one_in(random_, 2) ? nobody : any().id()});
}

void World::compact() {
    any().compact(static_cast<std::uint64_t>(weather_.compaction_tail));
}

void World::lose_connection() {
    any().give(PeerLost{any().id()});
}

void World::send_snapshot(Node& from, NodeId to) {
    const Snapshot snapshot{from.id(), from.core().term(), from.applied(),
                            checker_.applied_term(from.applied()),
                            from.core().configuration_at(from.applied())};
    auto finish = [this, &from, to, life = from.life()](std::optional<LogIndex> held) {
        schedule_.after(draw(random_, weather_.delay), [&from, to, life, held] {
            if (from.life() == life) from.give(SnapshotSent{to, held.value_or(LogIndex{}), held.has_value()});
        });
    };
    schedule_.after(draw(random_, weather_.delay), [this, &from, to, snapshot, finish] {
        const bool broken = !network_.reaches(from.id(), to) || one_in(random_, weather_.loss);
        if (broken || !find(to).receive(snapshot, finish)) finish(std::nullopt);
    });
}

} // namespace bookstore::sim
