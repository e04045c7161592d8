#pragma once
/// \file
/// The one folder that a process writes to, locked against a second process.
#include <filesystem>
#include <string>

namespace bookstore::storage {

/// Holds the lock for as long as it lives. The lock is the kernel's (flock): it goes with the process,
/// however that ends.
class DataDirectory {
public:
    /// Makes the folder if it is missing (0700). Throws std::runtime_error that names the folder and says
    /// what is wrong: not a folder, not writable, used by process N.
    explicit DataDirectory(std::filesystem::path path);
    ~DataDirectory();
    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// No data of ours in it yet (the lock file does not count).
    bool empty() const;
    /// A folder below, made if missing.
    std::filesystem::path subfolder(const std::string& name) const;

private:
    std::filesystem::path path_;
    int lock_ = -1;
};

} // namespace bookstore::storage
