#pragma once
/// \file
/// The snapshots on a StateDisk. What has come of one from another replica outlives the process; what was
/// made here does not.
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <bookstore/storage/snapshot_store.hpp>

#include "support/memory_state.hpp"

namespace bookstore::test {

/// In the format of the real ones. A step is a few rows, so that what happens in between happens here, too.
class MemorySnapshots final : public storage::SnapshotStore {
public:
    MemorySnapshots(StateDisk& disk, std::span<const base::Table> tables) : disk_(disk), tables_(tables) {
        disk_.built.reset();
    }

    Made make() override {
        check();
        if (!making_) {
            making_.emplace(disk_.written);
            made_.clear();
            digest_ = making_->digest;
            writer_.emplace([this](std::string_view piece) { made_.append(piece); }, tables_,
                            making_->position);
        }
        auto& rows = making_->rows;
        for (int i = 0; i < rows_per_step && !rows.empty(); ++i) {
            writer_->add(rows.begin()->first.first, rows.begin()->second);
            rows.erase(rows.begin());
        }
        if (!rows.empty()) return {false, {making_->position}};
        making_.reset();
        const auto summary = writer_->finish();
        if (summary.digest != digest_) throw storage::Damaged("state.db: damaged: its rows are others");
        return {true, summary};
    }
    std::string read_made(std::uint64_t offset, std::size_t bytes) override {
        check();
        return made_.substr(offset, bytes);
    }
    void drop_made() override {
        making_.reset();
        made_.clear();
    }

    std::uint64_t resume(std::string_view label) override {
        check();
        building_.reset();
        rows_.reset();
        if (disk_.received_label != label) {
            disk_.received.clear();
            disk_.received_synced = 0;
            disk_.received_label = label;
        }
        return disk_.received.size();
    }
    void append(std::string_view piece) override {
        check();
        disk_.received.append(piece);
        disk_.received_bytes += piece.size();
        if (++appended_ % pieces_per_sync == 0) disk_.received_synced = disk_.received.size();
    }
    Made build() override {
        check();
        if (!building_) {
            building_.emplace();
            reader_.emplace("snapshot.received", source(), tables_);
        }
        const bool more = reader_->next_block([&](std::uint8_t table, const base::Row& row) {
            building_->rows.insert_or_assign(std::pair{table, row.at(0)}, row);
        });
        building_->position = reader_->position();
        if (more) return {false, {reader_->position()}};
        building_->digest = reader_->summary().digest;
        disk_.built = std::move(building_);
        building_.reset();
        return {true, reader_->summary()};
    }
    std::optional<Rows> next_rows() override {
        check();
        if (!rows_) rows_.emplace("snapshot.received", source(), tables_);
        Rows rows;
        const bool more = rows_->next_block(
            [&](std::uint8_t table, const base::Row& row) { rows.emplace_back(table, row); });
        if (more) return rows;
        rows_.reset();
        return std::nullopt;
    }
    void drop_received() override {
        check();
        building_.reset();
        rows_.reset();
        disk_.received_label.clear();
        disk_.received.clear();
        disk_.received_synced = 0;
        disk_.built.reset();
    }

private:
    static constexpr int rows_per_step = 4;
    static constexpr int pieces_per_sync = 4;

    void check() const {
        if (disk_.broken) throw std::runtime_error("snapshot: disk I/O error");
    }
    storage::SnapshotReader::Source source() {
        return [&received = disk_.received, at = std::size_t{0}](char* to, std::size_t bytes) mutable {
            const auto got = std::string_view(received).substr(at).copy(to, bytes);
            at += got;
            return got;
        };
    }

    StateDisk& disk_;
    std::span<const base::Table> tables_;
    std::optional<StateDisk::Content> making_; ///< the rows that are still to be written
    std::string made_;
    std::uint64_t digest_ = 0; ///< stored with what is made
    std::optional<storage::SnapshotWriter> writer_;
    std::optional<StateDisk::Content> building_;
    std::optional<storage::SnapshotReader> reader_;
    std::optional<storage::SnapshotReader> rows_;
    unsigned appended_ = 0;
};

} // namespace bookstore::test
