#include "replication/snapshot_chunk.hpp"

#include <utility>

#include <bookstore/base/bytes.hpp>
#include <bookstore/consensus/message.hpp>

namespace bookstore::replication {
namespace {

constexpr std::uint8_t snapshot_version = 2;
constexpr std::size_t header_bytes_about = 256;

} // namespace

std::string label_of(const SnapshotHeader& header) {
    base::ByteWriter out;
    out.u8(snapshot_version);
    out.u64(number(header.from));
    out.varint(number(header.last_index));
    out.varint(number(header.last_term));
    out.string(consensus::encode(header.configuration));
    out.varint(header.bytes);
    out.u64(header.checksum);
    return out.take();
}

std::string encode(const SnapshotChunk& chunk) {
    base::ByteWriter out;
    out.reserve(chunk.data.size() + header_bytes_about);
    out.u8(snapshot_version);
    out.u64(number(chunk.header.from));
    out.u64(number(chunk.header.to));
    out.varint(number(chunk.header.term));
    out.varint(number(chunk.header.last_index));
    out.varint(number(chunk.header.last_term));
    out.string(consensus::encode(chunk.header.configuration));
    out.varint(chunk.header.bytes);
    out.u64(chunk.header.checksum);
    out.varint(chunk.offset);
    out.string(chunk.data);
    return out.take();
}

base::result<SnapshotChunk> decode_snapshot_chunk(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != snapshot_version) return base::Errc::protocol_error;
    SnapshotChunk chunk;
    chunk.header.from = consensus::NodeId{in.u64()};
    chunk.header.to = consensus::NodeId{in.u64()};
    chunk.header.term = consensus::Term{in.varint()};
    chunk.header.last_index = consensus::LogIndex{in.varint()};
    chunk.header.last_term = consensus::Term{in.varint()};
    auto configuration = consensus::decode_configuration(in.string());
    chunk.header.bytes = in.varint();
    chunk.header.checksum = in.u64();
    chunk.offset = in.varint();
    chunk.data = in.string();
    if (!in.complete() || !configuration) return base::Errc::protocol_error;
    if (chunk.offset > chunk.header.bytes || chunk.data.size() > chunk.header.bytes - chunk.offset)
        return base::Errc::protocol_error;
    chunk.header.configuration = std::move(*configuration);
    return chunk;
}

std::string encode(SnapshotProgress progress) {
    base::ByteWriter out;
    out.u8(snapshot_version);
    out.u8(static_cast<std::uint8_t>(progress.stage));
    out.varint(progress.done);
    return out.take();
}

base::result<SnapshotProgress> decode_snapshot_progress(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.u8() != snapshot_version) return base::Errc::protocol_error;
    const auto stage = in.u8();
    const auto done = in.varint();
    if (!in.complete() || stage > static_cast<std::uint8_t>(SnapshotProgress::Stage::outdated))
        return base::Errc::protocol_error;
    return SnapshotProgress{static_cast<SnapshotProgress::Stage>(stage), done};
}

} // namespace bookstore::replication
