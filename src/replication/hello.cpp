#include "replication/hello.hpp"

#include <bookstore/base/bytes.hpp>

namespace bookstore::replication {
namespace {

constexpr std::uint8_t hello_version = 4;

void write(base::ByteWriter& out, const std::vector<consensus::NodeId>& nodes) {
    out.varint(nodes.size());
    for (const auto node : nodes)
        out.u64(number(node));
}

std::vector<consensus::NodeId> read_nodes(base::ByteReader& in) {
    std::vector<consensus::NodeId> nodes(in.count(sizeof(std::uint64_t)));
    for (auto& node : nodes)
        node = consensus::NodeId{in.u64()};
    return nodes;
}

} // namespace

std::string encode(const Hello& hello) {
    base::ByteWriter out;
    out.u8(hello_version);
    out.string(hello.group);
    out.varint(hello.member_count);
    out.varint(hello.slot);
    out.u64(number(hello.node));
    out.boolean(hello.may_form);
    write(out, hello.founders);
    out.varint(hello.generation);
    write(out, hello.willing);
    out.boolean(hello.alive);
    return out.take();
}

base::result<Hello> decode_hello(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != hello_version) return base::Errc::protocol_error;
    Hello hello;
    hello.group = in.string();
    hello.member_count = in.varint();
    hello.slot = in.varint();
    hello.node = consensus::NodeId{in.u64()};
    hello.may_form = in.boolean();
    hello.founders = read_nodes(in);
    hello.generation = in.varint();
    hello.willing = read_nodes(in);
    hello.alive = in.boolean();
    if (!in.complete() || hello.node == consensus::nobody) return base::Errc::protocol_error;
    return hello;
}

} // namespace bookstore::replication
