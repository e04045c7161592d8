#include "replication/member_messages.hpp"

#include <bookstore/base/bytes.hpp>

namespace bookstore::replication {
namespace {

constexpr std::uint8_t members_version = 1;
constexpr std::size_t member_bytes_min = 12;

} // namespace

std::string encode(const consensus::Change& change) {
    base::ByteWriter out;
    out.u8(members_version);
    out.u8(static_cast<std::uint8_t>(change.kind));
    out.u64(number(change.node));
    return out.take();
}

base::result<consensus::Change> decode_change(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != members_version) return base::Errc::protocol_error;
    const auto kind = in.u8();
    const consensus::NodeId node{in.u64()};
    if (!in.complete() || kind > static_cast<std::uint8_t>(consensus::Change::Kind::remove))
        return base::Errc::protocol_error;
    return consensus::Change{static_cast<consensus::Change::Kind>(kind), node};
}

std::string encode(const ChangeOutcome& outcome) {
    base::ByteWriter out;
    out.u8(members_version);
    out.u8(outcome.objection ? static_cast<std::uint8_t>(*outcome.objection) : 0);
    return out.take();
}

base::result<ChangeOutcome> decode_change_outcome(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != members_version) return base::Errc::protocol_error;
    const auto objection = in.u8();
    if (!in.complete() || objection > static_cast<std::uint8_t>(consensus::Objection::would_stall))
        return base::Errc::protocol_error;
    if (objection == 0) return ChangeOutcome{};
    return ChangeOutcome{static_cast<consensus::Objection>(objection)};
}

std::string encode(const std::vector<MemberStatus>& members) {
    base::ByteWriter out;
    out.u8(members_version);
    out.varint(members.size());
    for (const auto& member : members) {
        out.u64(number(member.node));
        out.varint(member.slot);
        out.u8(static_cast<std::uint8_t>(member.standing));
        out.boolean(member.leader);
        out.boolean(member.answers);
        out.varint(member.match);
    }
    return out.take();
}

base::result<std::vector<MemberStatus>> decode_members(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != members_version) return base::Errc::protocol_error;
    std::vector<MemberStatus> members(in.count(member_bytes_min));
    for (auto& member : members) {
        member.node = consensus::NodeId{in.u64()};
        member.slot = static_cast<unsigned>(in.varint());
        const auto standing = in.u8();
        if (standing > static_cast<std::uint8_t>(MemberStatus::Standing::guest)) in.fail();
        member.standing = static_cast<MemberStatus::Standing>(standing);
        member.leader = in.boolean();
        member.answers = in.boolean();
        member.match = in.varint();
    }
    if (!in.complete()) return base::Errc::protocol_error;
    return members;
}

} // namespace bookstore::replication
