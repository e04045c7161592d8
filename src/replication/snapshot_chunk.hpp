#pragma once
/// \file
/// One call of GroupMethod::snapshot: a piece of a state, and what the receiver says to it.
#include <cstdint>
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::replication {

/// What all pieces of one transfer have in common.
struct SnapshotHeader {
    consensus::NodeId from = consensus::nobody;
    consensus::NodeId to = consensus::nobody;
    consensus::Term term{}; ///< the sender's
    consensus::LogIndex last_index{};
    consensus::Term last_term{};
    consensus::Configuration configuration; ///< as of last_index
    std::uint64_t bytes = 0;                ///< of the whole
    std::uint64_t checksum = 0;             ///< storage::SnapshotSummary::checksum
};

/// What a receiver knows a snapshot by, from one life to the next: two with the same label are the same
/// bytes, and came from the same sender.
std::string label_of(const SnapshotHeader& header);

struct SnapshotChunk {
    SnapshotHeader header;
    std::uint64_t offset = 0;
    std::string_view data; ///< into what was decoded, or what is to be encoded; empty: how far are you?
};

std::string encode(const SnapshotChunk& chunk);
/// Errc::protocol_error for anything encode() did not write, and for a piece that lies outside the whole.
base::result<SnapshotChunk> decode_snapshot_chunk(std::string_view bytes);

struct SnapshotProgress {
    enum class Stage : std::uint8_t {
        receiving = 0,  ///< `done` bytes are there: go on behind them
        installing = 1, ///< all are there; ask again, `done` rises meanwhile
        installed = 2,  ///< the receiver holds everything up to the snapshot's last index, durably
        outdated = 3,   ///< the receiver needs one of a later version
    };
    Stage stage = Stage::receiving;
    std::uint64_t done = 0;

    bool operator==(const SnapshotProgress&) const = default;
};

std::string encode(SnapshotProgress progress);
base::result<SnapshotProgress> decode_snapshot_progress(std::string_view bytes);

} // namespace bookstore::replication
