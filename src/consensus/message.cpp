#include <bookstore/consensus/message.hpp>

#include <type_traits>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>

namespace bookstore::consensus {
namespace {

using base::ByteReader;
using base::ByteWriter;

/// The first byte: the kind of the body, whose place in the variant may change.
enum class Kind : std::uint8_t {
    vote_request = 1,
    vote_reply = 2,
    append_request = 3,
    append_reply = 4,
    timeout_now = 5,
    join_request = 6,
};

constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t entry_bytes_min = 3; ///< term, kind, length of the payload: a byte each at least

template <typename Id>
Id read_id(ByteReader& in) {
    return Id{in.varint()};
}

void write(ByteWriter& out, const VoteRequest& request) {
    out.boolean(request.pre);
    out.boolean(request.transfer);
    out.varint(number(request.last_index));
    out.varint(number(request.last_term));
}

void read(ByteReader& in, VoteRequest& request) {
    request.pre = in.boolean();
    request.transfer = in.boolean();
    request.last_index = read_id<LogIndex>(in);
    request.last_term = read_id<Term>(in);
}

void write(ByteWriter& out, const VoteReply& reply) {
    out.boolean(reply.pre);
    out.boolean(reply.granted);
}

void read(ByteReader& in, VoteReply& reply) {
    reply.pre = in.boolean();
    reply.granted = in.boolean();
}

/// Indexes of entries are not sent: they follow prev_index.
void write(ByteWriter& out, const AppendRequest& request) {
    out.varint(number(request.prev_index));
    out.varint(number(request.prev_term));
    out.varint(number(request.commit));
    out.varint(request.round);
    out.varint(request.entries.size());
    for (const auto& entry : request.entries) {
        out.varint(number(entry.term));
        out.u8(static_cast<std::uint8_t>(entry.kind));
        out.string(*entry.payload);
    }
}

Entry read_entry(ByteReader& in, LogIndex index) {
    Entry entry;
    entry.index = index;
    entry.term = read_id<Term>(in);
    const auto kind = in.u8();
    if (kind > static_cast<std::uint8_t>(EntryKind::configuration)) in.fail();
    entry.kind = static_cast<EntryKind>(kind);
    entry.payload = std::make_shared<const std::string>(in.string());
    return entry;
}

void read(ByteReader& in, AppendRequest& request) {
    request.prev_index = read_id<LogIndex>(in);
    request.prev_term = read_id<Term>(in);
    request.commit = read_id<LogIndex>(in);
    request.round = in.varint();
    const auto entries = in.count(entry_bytes_min);
    request.entries.reserve(entries);
    for (auto index = request.prev_index; request.entries.size() < entries && !in.failed();)
        request.entries.push_back(read_entry(in, index = index + 1));
}

void write(ByteWriter& out, const AppendReply& reply) {
    out.boolean(reply.success);
    out.varint(number(reply.match));
    out.varint(number(reply.conflict_index));
    out.varint(number(reply.conflict_term));
    out.varint(reply.round);
}

void read(ByteReader& in, AppendReply& reply) {
    reply.success = in.boolean();
    reply.match = read_id<LogIndex>(in);
    reply.conflict_index = read_id<LogIndex>(in);
    reply.conflict_term = read_id<Term>(in);
    reply.round = in.varint();
}

void write(ByteWriter&, const TimeoutNow&) {}
void read(ByteReader&, TimeoutNow&) {}
void write(ByteWriter&, const JoinRequest&) {}
void read(ByteReader&, JoinRequest&) {}

constexpr Kind kind_of(const VoteRequest&) {
    return Kind::vote_request;
}
constexpr Kind kind_of(const VoteReply&) {
    return Kind::vote_reply;
}
constexpr Kind kind_of(const AppendRequest&) {
    return Kind::append_request;
}
constexpr Kind kind_of(const AppendReply&) {
    return Kind::append_reply;
}
constexpr Kind kind_of(const TimeoutNow&) {
    return Kind::timeout_now;
}
constexpr Kind kind_of(const JoinRequest&) {
    return Kind::join_request;
}

std::size_t payload_bytes(const Message& message) {
    std::size_t bytes = 0;
    if (const auto* request = std::get_if<AppendRequest>(&message.body))
        for (const auto& entry : request->entries)
            bytes += entry.payload->size() + 16;
    return bytes;
}

template <typename Body>
void read_body(ByteReader& in, Message& message) {
    read(in, message.body.emplace<Body>());
}

void read_body(ByteReader& in, Message& message, Kind kind) {
    switch (kind) {
    case Kind::vote_request:
        return read_body<VoteRequest>(in, message);
    case Kind::vote_reply:
        return read_body<VoteReply>(in, message);
    case Kind::append_request:
        return read_body<AppendRequest>(in, message);
    case Kind::append_reply:
        return read_body<AppendReply>(in, message);
    case Kind::timeout_now:
        return read_body<TimeoutNow>(in, message);
    case Kind::join_request:
        return read_body<JoinRequest>(in, message);
    }
    in.fail();
}

void write_nodes(ByteWriter& out, const std::vector<NodeId>& nodes) {
    out.varint(nodes.size());
    for (const auto node : nodes)
        out.u64(number(node));
}

std::vector<NodeId> read_nodes(ByteReader& in) {
    std::vector<NodeId> nodes(in.count(sizeof(std::uint64_t)));
    for (auto& node : nodes)
        node = NodeId{in.u64()};
    return nodes;
}

} // namespace

std::string encode(const Message& message) {
    ByteWriter out;
    encode(message, out);
    return out.take();
}

void encode(const Message& message, ByteWriter& out) {
    const std::size_t begin = out.size();
    out.reserve(begin + 64 + payload_bytes(message));
    out.u8(
        static_cast<std::uint8_t>(std::visit([](const auto& body) { return kind_of(body); }, message.body)));
    out.u64(number(message.from));
    out.u64(number(message.to));
    out.varint(number(message.term));
    std::visit([&](const auto& body) { write(out, body); }, message.body);
    out.u32(base::checksum32(std::string_view(out.view()).substr(begin)));
}

base::result<Message> decode_message(std::string_view bytes) {
    if (bytes.size() < checksum_bytes) return base::Errc::corrupt;
    const auto content = bytes.substr(0, bytes.size() - checksum_bytes);
    if (ByteReader(bytes.substr(content.size())).u32() != base::checksum32(content))
        return base::Errc::corrupt;
    ByteReader in(content);
    const auto kind = static_cast<Kind>(in.u8());
    Message message;
    message.from = NodeId{in.u64()};
    message.to = NodeId{in.u64()};
    message.term = read_id<Term>(in);
    read_body(in, message, kind);
    if (!in.complete()) return base::Errc::corrupt;
    return message;
}

std::string encode(const Configuration& configuration) {
    ByteWriter out;
    write_nodes(out, configuration.voters);
    write_nodes(out, configuration.learners);
    return out.take();
}

base::result<Configuration> decode_configuration(std::string_view bytes) {
    ByteReader in(bytes);
    Configuration configuration;
    configuration.voters = read_nodes(in);
    configuration.learners = read_nodes(in);
    if (!in.complete()) return base::Errc::corrupt;
    return configuration;
}

} // namespace bookstore::consensus
