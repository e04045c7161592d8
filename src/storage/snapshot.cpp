#include <bookstore/storage/snapshot.hpp>

#include <stdexcept>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/hash.hpp>
#include <bookstore/base/state_machine.hpp>

#include "storage/snapshot_format.hpp"

namespace bookstore::storage {
namespace {

using namespace snapshot_format;

constexpr std::size_t payload_bytes_max = snapshot_block_bytes + snapshot_row_bytes_max;

} // namespace

SnapshotWriter::SnapshotWriter(Sink sink, std::span<const base::Table> tables, StateStore::Position position)
    : sink_(std::move(sink)), tables_(tables) {
    summary_.position = position;
    base::ByteWriter start;
    start.raw(magic);
    start.u32(version);
    give(start.view());
    base::ByteWriter beginning;
    beginning.string(describe(tables));
    beginning.u64(position.index);
    beginning.u64(position.term);
    close_block(kind_beginning, beginning.view());
}

void SnapshotWriter::give(std::string_view bytes) {
    sink_(bytes);
    summary_.bytes += bytes.size();
}

void SnapshotWriter::close_block(std::uint8_t kind, std::string_view payload) {
    give(encode(BlockHead{kind, next_block_++, static_cast<std::uint32_t>(payload.size())}));
    give(payload);
    const auto hash = base::hash64(payload);
    base::ByteWriter tail;
    tail.u64(hash);
    give(tail.view());
    summary_.checksum = fold(summary_.checksum, hash);
}

void SnapshotWriter::add(std::uint8_t table, const base::Row& row) {
    INVARIANT(table < tables_.size() && row.size() == tables_[table].columns.size());
    const auto before = rows_.size();
    write_row(rows_, table, row);
    if (rows_.size() - before > snapshot_row_bytes_max)
        throw std::length_error("snapshot: a row of table " + std::string(tables_[table].name) + " has " +
                                std::to_string(rows_.size() - before) + " bytes, more than " +
                                std::to_string(snapshot_row_bytes_max));
    ++summary_.rows;
    summary_.digest += base::row_hash(table, row);
    if (rows_.size() < snapshot_block_bytes) return;
    close_block(kind_rows, rows_.view());
    rows_ = {};
}

SnapshotSummary SnapshotWriter::finish() {
    if (rows_.size() > 0) close_block(kind_rows, rows_.view());
    base::ByteWriter end;
    end.varint(summary_.rows);
    end.u64(summary_.digest);
    end.u64(summary_.checksum);
    close_block(kind_end, end.view());
    return summary_;
}

SnapshotReader::SnapshotReader(std::string name, Source source, std::span<const base::Table> tables)
    : name_(std::move(name)), source_(std::move(source)), tables_(tables) {
    read_beginning();
}

void SnapshotReader::damaged(const std::string& what) const {
    throw Damaged(name_ + ": damaged: " + what);
}

void SnapshotReader::read(std::size_t bytes) {
    buffer_.resize(bytes);
    const auto got = source_(buffer_.data(), bytes);
    summary_.bytes += got;
    if (got < bytes)
        damaged("it is cut off after " + std::to_string(summary_.bytes) + " bytes, in block " +
                std::to_string(next_block_));
}

void SnapshotReader::read_beginning() {
    buffer_.resize(magic.size() + sizeof version);
    const auto got = source_(buffer_.data(), buffer_.size());
    summary_.bytes = got;
    if (got < buffer_.size() || !buffer_.starts_with(magic))
        throw std::runtime_error(name_ + ": not a snapshot");
    if (const auto found = base::ByteReader(std::string_view(buffer_).substr(magic.size())).u32();
        found != version)
        throw std::runtime_error(name_ + ": format version " + std::to_string(found) + " is not known");
    if (read_block() != kind_beginning) damaged("it does not begin as a snapshot does");
    base::ByteReader in(buffer_);
    const bool ours = in.string() == describe(tables_);
    summary_.position.index = in.u64();
    summary_.position.term = in.u64();
    if (!in.complete()) damaged("its beginning makes no sense");
    if (!ours) throw std::runtime_error(name_ + ": of other tables than this program's");
}

/// The next block's payload into the buffer; gives its kind.
std::uint8_t SnapshotReader::read_block() {
    const auto which = "block " + std::to_string(next_block_);
    read(head_bytes);
    BlockHead head;
    if (!decode(buffer_, head)) damaged("the head of " + which + " does not match its checksum");
    if (head.number != next_block_)
        damaged("block " + std::to_string(head.number) + " stands where " + which +
                " belongs: blocks are missing, repeated or out of order");
    if (head.payload_bytes > payload_bytes_max) damaged(which + " is larger than any");
    read(head.payload_bytes + hash_bytes);
    const auto hash = base::ByteReader(std::string_view(buffer_).substr(head.payload_bytes)).u64();
    buffer_.resize(head.payload_bytes);
    if (hash != base::hash64(buffer_)) damaged(which + " does not match its checksum");
    ++next_block_;
    if (head.kind != kind_end) summary_.checksum = fold(summary_.checksum, hash);
    return head.kind;
}

bool SnapshotReader::next_block(const Visit& visit) {
    if (ended_) return false;
    const auto kind = read_block();
    if (kind == kind_end) {
        check_end();
        return false;
    }
    const auto counted = [&](std::uint8_t table, const base::Row& row) {
        ++summary_.rows;
        summary_.digest += base::row_hash(table, row);
        visit(table, row);
    };
    if (kind != kind_rows || !read_rows(buffer_, tables_, counted))
        damaged("block " + std::to_string(next_block_ - 1) + " makes no sense");
    return true;
}

void SnapshotReader::check_end() {
    base::ByteReader in(buffer_);
    const auto rows = in.varint();
    const auto digest = in.u64();
    const auto checksum = in.u64();
    if (!in.complete()) damaged("its end makes no sense");
    if (rows != summary_.rows || digest != summary_.digest || checksum != summary_.checksum)
        damaged("its end is that of another: it has " + std::to_string(summary_.rows) + " rows where " +
                std::to_string(rows) + " belong");
    char beyond = 0;
    if (source_(&beyond, 1) != 0) damaged("something follows behind its end");
    summary_.checksum = fold(checksum, base::hash64(buffer_));
    ended_ = true;
}

} // namespace bookstore::storage
