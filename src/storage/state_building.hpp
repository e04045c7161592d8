#pragma once
/// \file
/// A new state, built from a snapshot beside the one in use.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <bookstore/base/table.hpp>
#include <bookstore/storage/snapshot_file.hpp>

#include "storage/sqlite.hpp"
#include "storage/state_schema.hpp"

namespace bookstore::storage {

/// Thread: any one at a time. Failures: Damaged when the snapshot is, or another std::runtime_error.
class StateBuilding {
public:
    /// Into `files.building`, from the snapshot that begins at `offset` of `snapshot`. The spans outlive it.
    StateBuilding(const StateFiles& files, const std::filesystem::path& snapshot, std::uint64_t offset,
                  std::span<const base::Table> tables, const Schema& schema);

    StateStore::Position position() const { return reader_.position(); }
    /// Some more rows; the summary, when they were the last: then the new state is whole, durable and closed.
    std::optional<SnapshotSummary> step();

private:
    SnapshotFileReader reader_;
    std::unique_ptr<sqlite::Database> database_;
    std::vector<sqlite::Statement> put_; ///< by table
};

} // namespace bookstore::storage
