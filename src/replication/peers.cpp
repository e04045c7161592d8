#include "replication/peers.hpp"

#include <utility>

namespace bookstore::replication {
namespace {

std::optional<unsigned> find(const std::vector<consensus::NodeId>& nodes, consensus::NodeId node) {
    for (unsigned slot = 0; slot < nodes.size(); ++slot) {
        if (nodes[slot] == node) return slot;
    }
    return std::nullopt;
}

} // namespace

void Peers::set_members(std::vector<consensus::NodeId> members) {
    members_ = std::move(members);
}

void Peers::remember(unsigned slot, consensus::NodeId node) {
    INVARIANT(slot < options_.members.size());
    if (find(members_, node)) return;
    learners_.resize(options_.members.size(), consensus::nobody);
    learners_[slot] = node;
}

std::optional<unsigned> Peers::slot_of(consensus::NodeId node) const {
    if (node == consensus::nobody) return std::nullopt;
    if (const auto slot = find(members_, node)) return slot;
    return find(learners_, node);
}

const net::Endpoint* Peers::endpoint_of(consensus::NodeId node) const {
    const auto slot = slot_of(node);
    return slot ? &options_.members[*slot].endpoint : nullptr;
}

std::vector<consensus::NodeId> Peers::nodes_at(const net::Endpoint& endpoint) const {
    std::vector<consensus::NodeId> nodes;
    for (unsigned slot = 0; slot < options_.members.size(); ++slot) {
        if (options_.members[slot].endpoint != endpoint) continue;
        if (slot < members_.size()) nodes.push_back(members_[slot]);
        if (slot < learners_.size() && learners_[slot] != consensus::nobody) nodes.push_back(learners_[slot]);
    }
    return nodes;
}

net::Method Peers::method(GroupMethod method) const {
    return net::Method{static_cast<std::uint16_t>(options_.methods + static_cast<std::uint16_t>(method))};
}

void Peers::send(const consensus::Message& message) {
    const auto bytes = consensus::encode(message);
    for (unsigned slot = 0; slot < options_.members.size(); ++slot) {
        const bool meant = message.to == consensus::nobody || slot_of(message.to) == slot;
        if (meant && slot != options_.slot)
            transport_.notify(options_.members[slot].endpoint, method(GroupMethod::raft), bytes);
    }
}

} // namespace bookstore::replication
