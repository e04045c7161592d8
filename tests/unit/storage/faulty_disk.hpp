#pragma once
/// \file
/// SQLite on a disk that can be told to misbehave: syncs that fail, and power cuts that take back whatever
/// was not synced. It is a VFS of SQLite's, so the code under test runs unchanged.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <sqlite3.h>

namespace bookstore::storage::test {

/// Every database opened while it lives is on it. One at a time; databases are closed before it goes.
class FaultyDisk {
public:
    FaultyDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
        current_ = this;
        vfs_.zName = "faulty";
        vfs_.pNext = nullptr;
        vfs_.xOpen = &FaultyDisk::open;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~FaultyDisk() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
        current_ = nullptr;
    }
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    /// Every sync fails from now on, until told otherwise.
    void fail_syncs(bool fail) { failing_ = fail; }
    int syncs() const { return syncs_; }

    /// What a power cut at this moment leaves of the files in `directory`, as a new folder `copy`.
    void power_cut(const std::filesystem::path& directory, const std::filesystem::path& copy) const {
        std::filesystem::create_directories(copy);
        for (const auto& [path, content] : synced_) {
            if (path.parent_path() != directory || !std::filesystem::exists(path)) continue;
            std::ofstream(copy / path.filename(), std::ios::binary) << content;
        }
    }

private:
    /// Each kind of file has methods of its own.
    struct OpenFile {
        std::filesystem::path path;
        sqlite3_io_methods methods{};
        int (*real_sync)(sqlite3_file*, int) = nullptr;
    };

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
        sqlite3_vfs* real = current_->real_;
        const int code = real->xOpen(real, name, file, flags, flags_out);
        if (code != SQLITE_OK || name == nullptr) return code;
        OpenFile& opened = current_->files_[file];
        opened = {name, *file->pMethods, file->pMethods->xSync};
        opened.methods.xSync = &FaultyDisk::sync;
        file->pMethods = &opened.methods;
        return code;
    }

    static int sync(sqlite3_file* file, int flags) {
        if (current_->failing_) return SQLITE_IOERR_FSYNC;
        ++current_->syncs_;
        if (const int code = current_->files_.at(file).real_sync(file, flags); code != SQLITE_OK) return code;
        return current_->remember(file);
    }

    int remember(sqlite3_file* file) {
        // Through the open file: to open and close it anew would drop the process' locks on it.
        const OpenFile& opened = files_.at(file);
        sqlite3_int64 bytes = 0;
        if (const int code = opened.methods.xFileSize(file, &bytes); code != SQLITE_OK) return code;
        std::string content(static_cast<std::size_t>(bytes), '\0');
        if (const int code = opened.methods.xRead(file, content.data(), static_cast<int>(bytes), 0);
            code != SQLITE_OK)
            return code;
        synced_[opened.path] = std::move(content);
        return SQLITE_OK;
    }

    static inline FaultyDisk* current_ = nullptr;

    sqlite3_vfs* real_;
    sqlite3_vfs vfs_;
    std::map<sqlite3_file*, OpenFile> files_;
    std::map<std::filesystem::path, std::string> synced_;
    bool failing_ = false;
    int syncs_ = 0;
};

} // namespace bookstore::storage::test
