#pragma once
/// \file
/// One call of GroupMethod::snapshot: a piece of a state, and what the receiver says to it.
#include <cstdint>
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::replication {

inline constexpr std::size_t snapshot_chunk_bytes = 256u << 10;
inline constexpr std::size_t snapshot_bytes_max = std::size_t{2} << 30; ///< what a receiver assembles

/// What all chunks of one transfer have in common.
struct SnapshotHeader {
    consensus::NodeId from = consensus::nobody;
    consensus::NodeId to = consensus::nobody;
    consensus::Term term{}; ///< the sender's
    consensus::LogIndex last_index{};
    consensus::Term last_term{};
    consensus::Configuration configuration; ///< as of last_index
    std::uint64_t bytes = 0;                ///< of the whole
    std::uint64_t hash = 0;                 ///< hash64 of the whole
};

struct SnapshotChunk {
    SnapshotHeader header;
    std::uint64_t offset = 0;
    std::string_view data; ///< into what was decoded, or what is to be encoded
};

std::string encode(const SnapshotChunk& chunk);
/// Errc::protocol_error for anything encode() did not write, and for a piece that lies outside the whole.
base::result<SnapshotChunk> decode_snapshot_chunk(std::string_view bytes);

enum class SnapshotProgress : std::uint8_t {
    more = 0,       ///< go on with the next piece
    installing = 1, ///< all is there; ask again, with an empty piece at the end
    installed = 2,  ///< the receiver holds everything up to the snapshot's last index, durably
};

std::string encode(SnapshotProgress progress);
base::result<SnapshotProgress> decode_snapshot_progress(std::string_view bytes);

} // namespace bookstore::replication
