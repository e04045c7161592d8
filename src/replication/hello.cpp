#include "replication/hello.hpp"

#include <bookstore/base/bytes.hpp>

namespace bookstore::replication {
namespace {

constexpr std::uint8_t hello_version = 3;

} // namespace

std::string encode(const Hello& hello) {
    base::ByteWriter out;
    out.u8(hello_version);
    out.string(hello.group);
    out.varint(hello.member_count);
    out.varint(hello.slot);
    out.u64(number(hello.node));
    out.boolean(hello.may_form);
    out.varint(hello.founders.size());
    for (const auto founder : hello.founders)
        out.u64(number(founder));
    out.varint(hello.generation);
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
    hello.founders.resize(in.count(sizeof(std::uint64_t)));
    for (auto& founder : hello.founders)
        founder = consensus::NodeId{in.u64()};
    hello.generation = in.varint();
    if (!in.complete() || hello.node == consensus::nobody) return base::Errc::protocol_error;
    return hello;
}

} // namespace bookstore::replication
