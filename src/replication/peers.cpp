#include "replication/peers.hpp"

#include <utility>

#include <bookstore/base/bytes.hpp>
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

void Peers::send(const consensus::Message& message, std::uint64_t generation) {
    base::ByteWriter out;
    out.varint(generation);
    consensus::encode(message, out);
    if (message.to == consensus::nobody) {
        for (unsigned slot = 0; slot < options_.members.size(); ++slot)
            if (slot != options_.slot)
                transport_.notify(options_.members[slot].endpoint, method(GroupMethod::raft), out.view());
        return;
    }
    const auto to = slot_of(message.to);
    if (to && *to != options_.slot)
        transport_.notify(options_.members[*to].endpoint, method(GroupMethod::raft), out.take());
}

base::result<Peers::Incoming> Peers::read(std::string_view notice) {
    base::ByteReader in(notice);
    const auto generation = in.varint();
    auto message = consensus::decode_message(in.raw(in.remaining()));
    if (in.failed() || !message) return base::Errc::corrupt;
    return Incoming{generation, std::move(*message)};
}

} // namespace bookstore::replication
