#pragma once
/// \file
/// A whole state as bytes, as it travels from one replica to another and into a backup: which tables and
/// which version, then the rows in blocks, then how many there were. Written and read as a stream: neither
/// side ever holds more than a block.
///
/// Every block has a number and checksums of its own, and the end knows the sum of all: what was cut off,
/// changed, added, left out or put elsewhere is told apart, and no row is given of a block that is not as it
/// was written. src/storage/snapshot_format.hpp has the bytes.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/storage/damaged.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::storage {

constexpr std::size_t snapshot_block_bytes = 256u << 10; ///< a block is closed with the row that reaches it
constexpr std::size_t snapshot_row_bytes_max = 8u << 20;

struct SnapshotSummary {
    StateStore::Position position;
    std::uint64_t rows = 0;
    std::uint64_t digest = 0;   ///< of the contents, as base::StateMachine::digest()
    std::uint64_t checksum = 0; ///< of all blocks: two snapshots that agree in it are the same bytes
    std::uint64_t bytes = 0;    ///< of the whole
};

/// Thread: any one at a time.
class SnapshotWriter {
public:
    /// Takes the next bytes; what it throws ends the writing.
    using Sink = std::function<void(std::string_view bytes)>;

    /// The spans of `tables` outlive the writer.
    SnapshotWriter(Sink sink, std::span<const base::Table> tables, StateStore::Position position);

    /// Rows come table by table in the tables' order, and by key: then equal states give equal bytes.
    /// Throws std::length_error for a row over snapshot_row_bytes_max.
    void add(std::uint8_t table, const base::Row& row);
    /// Once, after the last row.
    SnapshotSummary finish();

    /// Given to the sink so far.
    std::uint64_t bytes() const { return summary_.bytes; }

private:
    void give(std::string_view bytes);
    void close_block(std::uint8_t kind, std::string_view payload);

    Sink sink_;
    std::span<const base::Table> tables_;
    base::ByteWriter rows_;
    std::uint64_t next_block_ = 0;
    SnapshotSummary summary_;
};

/// Thread: any one at a time. Every failure throws: Damaged, which names the snapshot and what is wrong with
/// it, or std::runtime_error when it is of another format or of other tables.
class SnapshotReader {
public:
    /// Puts the next bytes to `to`, as many as `bytes` says, fewer only at the end.
    using Source = std::function<std::size_t(char* to, std::size_t bytes)>;
    using Visit = std::function<void(std::uint8_t table, const base::Row& row)>;

    /// Reads the beginning. `name` is what failures call it. The spans of `tables` outlive the reader.
    SnapshotReader(std::string name, Source source, std::span<const base::Table> tables);

    StateStore::Position position() const { return summary_.position; }

    /// Gives the rows of the next block. False, without any, when the end has been reached and is right:
    /// until then nothing says that the rows are all there.
    bool next_block(const Visit& visit);
    /// Right once next_block() has said false.
    const SnapshotSummary& summary() const { return summary_; }

private:
    [[noreturn]] void damaged(const std::string& what) const;
    void read(std::size_t bytes);
    std::uint8_t read_block();
    void read_beginning();
    void check_end();

    std::string name_;
    Source source_;
    std::span<const base::Table> tables_;
    std::string buffer_; ///< the last payload that was read
    std::uint64_t next_block_ = 0;
    bool ended_ = false;
    SnapshotSummary summary_;
};

} // namespace bookstore::storage
