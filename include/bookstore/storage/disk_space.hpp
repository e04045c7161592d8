#pragma once
/// \file
/// How much room a file system has left for a process like this one.
#include <cstdint>
#include <filesystem>
#include <functional>

namespace bookstore::storage {

struct DiskSpace {
    std::uint64_t free_bytes = 0; ///< to who is not root
    std::uint64_t total_bytes = 0;
};

/// Any thread; may block, as a disk may. Throws std::system_error that names the path.
using SpaceProbe = std::function<DiskSpace()>;

/// Of the file system that `path` is on.
DiskSpace disk_space_at(const std::filesystem::path& path);

} // namespace bookstore::storage
