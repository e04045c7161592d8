#include "replication/identity.hpp"

#include <bookstore/base/bytes.hpp>
#include <bookstore/consensus/message.hpp>

namespace bookstore::replication {
namespace {

constexpr std::uint8_t identity_format = 1;

} // namespace

std::string encode(const Identity& identity) {
    base::ByteWriter out;
    out.u8(identity_format);
    out.u64(number(identity.node));
    out.varint(identity.members.size());
    for (const auto member : identity.members)
        out.u64(number(member));
    out.string(consensus::encode(identity.configuration));
    return out.take();
}

base::result<Identity> decode_identity(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != identity_format) return base::Errc::corrupt;
    Identity identity;
    identity.node = consensus::NodeId{in.u64()};
    identity.members.resize(in.count(sizeof(std::uint64_t)));
    for (auto& member : identity.members)
        member = consensus::NodeId{in.u64()};
    auto configuration = consensus::decode_configuration(in.string());
    if (!in.complete() || !configuration || identity.node == consensus::nobody) return base::Errc::corrupt;
    identity.configuration = std::move(*configuration);
    return identity;
}

} // namespace bookstore::replication
