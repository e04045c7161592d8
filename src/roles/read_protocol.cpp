/// \file
/// Reading: queries, and the leases and invalidations that keep their answers true.
#include "roles/codec.hpp"

namespace bookstore::roles {
namespace {

void write(base::ByteWriter& out, const std::optional<std::string>& text) {
    out.boolean(text.has_value());
    if (text) out.string(*text);
}

void read(base::ByteReader& in, std::optional<std::string>& text) {
    if (in.boolean()) text = in.string();
}

void write(base::ByteWriter& out, const std::vector<shop::Tag>& tags) {
    out.varint(tags.size());
    for (const shop::Tag& tag : tags)
        out.string(tag);
}

void read(base::ByteReader& in, std::vector<shop::Tag>& tags) {
    const std::size_t count = in.count();
    tags.reserve(count);
    for (std::size_t i = 0; i < count && !in.failed(); ++i)
        tags.emplace_back(in.string());
}

} // namespace

std::string encode(const Query& query) {
    base::ByteWriter out;
    out.u8(static_cast<std::uint8_t>(query.shape));
    out.varint(query.item);
    write(out, query.topic);
    write(out, query.words);
    out.varint(query.after);
    out.varint(query.limit);
    out.varint(query.minimum_version);
    return out.take();
}

void read(base::ByteReader& in, Query& query) {
    query.shape = read_enum(in, Query::Shape::page);
    query.item = in.varint();
    read(in, query.topic);
    read(in, query.words);
    query.after = in.varint();
    query.limit = in.varint();
    query.minimum_version = in.varint();
}

std::string encode(const QueryAnswer& answer) {
    base::ByteWriter out;
    out.reserve(answer.body.size() + 64);
    out.varint(static_cast<std::uint64_t>(answer.status));
    out.string(answer.body);
    out.varint(answer.version);
    write(out, answer.tags);
    write(out, answer.times);
    return out.take();
}

void read(base::ByteReader& in, QueryAnswer& answer) {
    const std::uint64_t status = in.varint();
    if (status != 200 && status != 404) in.fail();
    answer.status = static_cast<int>(status);
    answer.body = in.string();
    answer.version = in.varint();
    read(in, answer.tags);
    read(in, answer.times);
}

std::string encode(const LeaseRequest& request) {
    base::ByteWriter out;
    out.varint(request.frontend);
    out.u64(request.session);
    out.varint(request.known_term);
    return out.take();
}

void read(base::ByteReader& in, LeaseRequest& request) {
    request.frontend = read_u32(in);
    request.session = in.u64();
    request.known_term = in.varint();
}

std::string encode(const LeaseAnswer& answer) {
    base::ByteWriter out;
    out.varint(answer.term);
    out.varint(answer.fence);
    out.varint(answer.duration_us);
    out.varint(answer.epoch);
    return out.take();
}

void read(base::ByteReader& in, LeaseAnswer& answer) {
    answer.term = in.varint();
    answer.fence = in.varint();
    answer.duration_us = in.varint();
    answer.epoch = in.varint();
}

std::string encode(const Invalidation& invalidation) {
    base::ByteWriter out;
    out.varint(invalidation.term);
    out.varint(invalidation.index);
    out.u64(invalidation.session);
    write(out, invalidation.tags);
    return out.take();
}

void read(base::ByteReader& in, Invalidation& invalidation) {
    invalidation.term = in.varint();
    invalidation.index = in.varint();
    invalidation.session = in.u64();
    read(in, invalidation.tags);
}

std::string encode(const InvalidationAnswer& answer) {
    base::ByteWriter out;
    out.u64(answer.session);
    return out.take();
}

void read(base::ByteReader& in, InvalidationAnswer& answer) {
    answer.session = in.u64();
}

std::string encode(const NewLeader& leader) {
    base::ByteWriter out;
    out.varint(leader.term);
    out.varint(leader.slot);
    return out.take();
}

void read(base::ByteReader& in, NewLeader& leader) {
    leader.term = in.varint();
    leader.slot = read_u32(in);
}

template base::result<Query> decode(std::string_view);
template base::result<QueryAnswer> decode(std::string_view);
template base::result<LeaseRequest> decode(std::string_view);
template base::result<LeaseAnswer> decode(std::string_view);
template base::result<Invalidation> decode(std::string_view);
template base::result<InvalidationAnswer> decode(std::string_view);
template base::result<NewLeader> decode(std::string_view);

} // namespace bookstore::roles
