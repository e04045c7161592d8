#include "replication/peers.hpp"

#include <bookstore/replication/identity.hpp>

namespace bookstore::replication {

std::optional<unsigned> Peers::slot_of(consensus::NodeId node) const {
    const auto slot = slot_in(node);
    if (node == consensus::nobody || slot >= options_.members.size()) return std::nullopt;
    return slot;
}

const net::Endpoint* Peers::endpoint_of(consensus::NodeId node) const {
    const auto slot = slot_of(node);
    return slot ? &options_.members[*slot].endpoint : nullptr;
}

net::Method Peers::method(GroupMethod method) const {
    return net::Method{static_cast<std::uint16_t>(options_.methods + static_cast<std::uint16_t>(method))};
}

void Peers::send(const consensus::Message& message) {
    const auto bytes = consensus::encode(message);
    const auto to = slot_of(message.to);
    for (unsigned slot = 0; slot < options_.members.size(); ++slot) {
        const bool meant = message.to == consensus::nobody || slot == to;
        if (meant && slot != options_.slot)
            transport_.notify(options_.members[slot].endpoint, method(GroupMethod::raft), bytes);
    }
}

} // namespace bookstore::replication
