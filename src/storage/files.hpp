#pragma once
/// \file
/// What the standard library's filesystem leaves out.
#include <filesystem>

namespace bookstore::storage {

/// Makes names created in `directory` survive a power cut. Throws std::system_error that names it.
void sync_directory(const std::filesystem::path& directory);

/// Makes `directory` (0700) and the folders above it, each of them durably. Nothing happens where they exist.
void create_directory_durably(const std::filesystem::path& directory);

/// Keeps other processes from what stands in `directory` for as long as it lives (flock on the folder
/// itself, so it goes with the process). Throws std::system_error or, when another has it,
/// std::runtime_error that names it.
class DirectoryLock {
public:
    explicit DirectoryLock(const std::filesystem::path& directory);
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

private:
    int fd_ = -1;
};

} // namespace bookstore::storage
