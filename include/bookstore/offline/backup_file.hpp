#pragma once
/// \file
/// A backup of the shop in one file: a snapshot of the order book, then one of the catalog that was begun
/// after the first had ended, then what they are. So whatever a sale is that stands in the book, the
/// catalog's part has it; and a sale whose order is not in the book yet is on record in the catalog's part.
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <bookstore/base/time.hpp>

namespace bookstore::offline {

/// One group's snapshot, as the replica that made it described it.
struct BackupPart {
    std::uint64_t generation = 0; ///< of the group
    std::uint64_t version = 0;
    std::uint64_t term = 0; ///< of that version
    std::uint64_t rows = 0;
    std::uint64_t digest = 0;
    std::uint64_t bytes = 0;
};

/// What stands at the end of the file.
struct BackupSummary {
    base::WallTime at{}; ///< when it was begun; for people
    BackupPart order;
    BackupPart catalog;
};

/// What is in a backup, all of it read and found to be right.
struct BackupContents {
    BackupSummary summary;
    std::uint64_t books = 0;
    std::uint64_t sales = 0;
    std::uint64_t orders = 0;
    std::uint64_t unrecorded = 0; ///< sales whose order is not in the book: a restored shop writes it anew
    std::uint64_t bytes = 0;
};

/// Thread: any one at a time; blocks. Every failure throws std::runtime_error (or derived) that names the
/// file. Until finish() what is written stands beside `file`, under another name; it goes with the writer.
class BackupWriter {
public:
    /// Throws when `file` exists: a backup is never overwritten.
    explicit BackupWriter(const std::filesystem::path& file);
    ~BackupWriter();

    /// The bytes of the order's snapshot, then those of the catalog's.
    void append(std::string_view bytes);
    /// Durable under its name, once everything has been read back and is as `summary` says.
    BackupContents finish(const BackupSummary& summary);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Reads `file` whole: checksums, every row, and that they add up. Throws storage::Damaged, which says what
/// is wrong, or std::runtime_error for what is no backup of this format. Blocks; holds the state of both
/// groups.
BackupContents verify_backup(const std::filesystem::path& file);

/// Does the file begin as a backup does?
bool is_backup(const std::filesystem::path& file);

} // namespace bookstore::offline
