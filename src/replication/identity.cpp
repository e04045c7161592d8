#include <bookstore/replication/identity.hpp>

#include <bookstore/base/bytes.hpp>
#include <bookstore/consensus/message.hpp>

namespace bookstore::replication {
namespace {

constexpr std::uint8_t identity_format = 4;

} // namespace

consensus::NodeId make_node_id(unsigned slot, base::Random& random) {
    INVARIANT(slot <= 0xff);
    while (true) {
        const auto life = random.next() & ~std::uint64_t{0xff};
        if (life != 0) return consensus::NodeId{life | slot};
    }
}

std::string encode(const Identity& identity) {
    base::ByteWriter out;
    out.u8(identity_format);
    out.u64(number(identity.node));
    out.varint(identity.founders.size());
    for (const auto founder : identity.founders)
        out.u64(number(founder));
    out.varint(identity.generation);
    out.string(consensus::encode(identity.configuration));
    out.boolean(identity.removed);
    out.varint(identity.overtaken_by);
    out.boolean(identity.must_join);
    return out.take();
}

base::result<Identity> decode_identity(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != identity_format) return base::Errc::corrupt;
    Identity identity;
    identity.node = consensus::NodeId{in.u64()};
    identity.founders.resize(in.count(sizeof(std::uint64_t)));
    for (auto& founder : identity.founders)
        founder = consensus::NodeId{in.u64()};
    identity.generation = in.varint();
    auto configuration = consensus::decode_configuration(in.string());
    identity.removed = in.boolean();
    identity.overtaken_by = in.varint();
    identity.must_join = in.boolean();
    if (!in.complete() || !configuration || identity.node == consensus::nobody) return base::Errc::corrupt;
    identity.configuration = std::move(*configuration);
    return identity;
}

} // namespace bookstore::replication
