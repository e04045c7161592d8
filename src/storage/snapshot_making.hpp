#pragma once
/// \file
/// A snapshot of a state that goes on changing meanwhile.
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include <bookstore/base/table.hpp>
#include <bookstore/storage/snapshot_file.hpp>

#include "storage/sqlite.hpp"
#include "storage/stored_position.hpp"

namespace bookstore::storage {

/// Reads through a connection of its own, in one transaction: what the state's store commits after the first
/// step is not in it, and the store does not wait. Thread: any one at a time. Given up, it leaves no file.
class SnapshotMaking {
public:
    /// Of `database` into `file`. The spans outlive it. Failures as StateStore and SnapshotFileWriter;
    /// Damaged at the end, if the rows are not what was stored: nobody shall have such a snapshot.
    SnapshotMaking(const std::filesystem::path& database, const std::filesystem::path& file,
                   std::span<const base::Table> tables);

    StateStore::Position position() const { return at_.position; }
    /// Some more rows; the summary, and the whole durable, when they were the last.
    std::optional<SnapshotSummary> step();

private:
    std::span<const base::Table> tables_;
    sqlite::Database database_;
    StoredPosition at_;
    std::vector<sqlite::Statement> rows_; ///< by table
    std::size_t table_ = 0;               ///< the one that is being read
    std::optional<SnapshotFileWriter> writer_;
};

} // namespace bookstore::storage
