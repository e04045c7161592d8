#pragma once
/// \file
/// Damaged files are kept for people to look at, out of the way of those that take their place.
#include <cstdint>
#include <filesystem>

namespace bookstore::storage {

/// Renames the closed SQLite database `path`, with the write-ahead log that belongs to it, to
/// `path`.damaged-<time>, durably, and returns that name. One is kept: what was set aside before goes,
/// after that. A crash on the way leaves the database, perhaps without its log. Throws std::system_error.
std::filesystem::path set_database_aside(const std::filesystem::path& path);

/// Of a folder and the one that was set aside before it.
enum class Kept : std::uint8_t {
    this_one,
    former, ///< if there is one: this one is not worth it
};

/// The same for a folder, with all that is in it. Returns the name of the one that is kept.
std::filesystem::path set_folder_aside(const std::filesystem::path& path, Kept kept);

/// What was set aside of `path` is still there.
bool is_set_aside(const std::filesystem::path& path);

} // namespace bookstore::storage
