#pragma once
/// \file
/// Snapshots (see snapshot.hpp) in files.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include <bookstore/base/table.hpp>
#include <bookstore/storage/snapshot.hpp>

namespace bookstore::storage {

/// Thread: any one at a time. Every failure of the disk throws std::runtime_error (or derived) that names
/// the file.
class SnapshotFileWriter {
public:
    /// Begins a new file `path`, 0600; what it held before is gone. The spans of `tables` outlive the writer.
    SnapshotFileWriter(std::filesystem::path path, std::span<const base::Table> tables,
                       StateStore::Position position);
    /// A file that was not finished is removed.
    ~SnapshotFileWriter();
    SnapshotFileWriter(const SnapshotFileWriter&) = delete;
    SnapshotFileWriter& operator=(const SnapshotFileWriter&) = delete;

    /// As SnapshotWriter::add().
    void add(std::uint8_t table, const base::Row& row);
    /// The end, and all of it durable, name and all.
    SnapshotSummary finish();

    /// Written so far, but for the block that is open.
    std::uint64_t bytes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Thread and failures: as SnapshotReader, and std::system_error that names the file when it cannot be read.
class SnapshotFileReader : public SnapshotReader {
public:
    /// `offset`: where in the file the snapshot begins.
    SnapshotFileReader(const std::filesystem::path& path, std::span<const base::Table> tables,
                       std::uint64_t offset = 0);
};

} // namespace bookstore::storage
