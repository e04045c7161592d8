#pragma once
/// \file
/// A snapshot that comes in pieces, in a file that says which one it is, so that it can go on after a crash.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "storage/posix_file.hpp"

namespace bookstore::storage {

/// Thread: any one at a time. Failures: std::system_error that names the file.
class SnapshotIntake {
public:
    explicit SnapshotIntake(std::filesystem::path path) : path_(std::move(path)) {}

    /// How many bytes have come of the snapshot that goes by `label`. What the file holds of any other goes.
    std::uint64_t resume(std::string_view label);
    /// After resume(). One that fails may leave a part of the piece: resume() says how much is there.
    void append(std::string_view piece);
    void drop();

    const std::filesystem::path& path() const { return path_; }
    /// Where in the file the snapshot begins. After resume().
    std::uint64_t offset() const { return offset_; }

private:
    std::filesystem::path path_;
    std::optional<PosixFile> file_;
    std::uint64_t offset_ = 0;
    std::uint64_t unsynced_bytes_ = 0;
};

} // namespace bookstore::storage
