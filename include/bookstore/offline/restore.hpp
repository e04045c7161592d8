#pragma once
/// \file
/// A backup into an empty data directory: the first replica of a group that others join.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace bookstore::offline {

struct Seed {
    std::string group; ///< "catalog" or "order"
    unsigned slot = 0;
    std::size_t slots = 0; ///< of the group
};

struct Restored {
    std::string node; ///< 16 hexadecimal digits
    std::uint64_t generation = 0;
    std::uint64_t version = 0;
    std::uint64_t digest = 0;
    std::uint64_t unrecorded = 0; ///< sales whose order is to be written
};

/// Verifies `backup` first, then makes of `directory` that of the one member of a group, at the version of
/// the backup and of a generation above that. Whatever happens meanwhile, the directory holds all of it or
/// nothing of a group. Throws as verify_backup(), and std::runtime_error when the directory is used by a
/// process, or not empty: nothing is ever overwritten. Blocks; holds the state of both groups.
Restored restore_backup(const std::filesystem::path& backup, const std::filesystem::path& directory,
                        const Seed& seed);

} // namespace bookstore::offline
