#pragma once
/// \file
/// Folders and files for the storage tests, and ways to spoil them.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <stdlib.h>
#include <sys/resource.h>

#include <sqlite3.h>

namespace bookstore::storage::test {

/// A new folder, gone at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "bookstored-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string string() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// What kill -9 at this moment leaves: the files as the kernel has them, nothing closed or tidied up.
inline void kill_copy(const std::filesystem::path& directory, const std::filesystem::path& copy) {
    std::filesystem::create_directories(copy);
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
        // The shared-memory index is made anew by whoever opens first.
        if (file.is_regular_file() && file.path().extension() != ".db-shm")
            std::filesystem::copy_file(file.path(), copy / file.path().filename());
    }
}

/// A connection of somebody else's: the sqlite3 shell.
class Shell {
public:
    explicit Shell(const std::filesystem::path& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK)
            throw std::runtime_error("open " + path.string());
    }
    ~Shell() { sqlite3_close(handle_); }
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    /// Rows as lines, columns separated by '|'.
    std::string run(const std::string& sql) {
        std::string out;
        const auto collect = [](void* text, int columns, char** values, char**) {
            auto& lines = *static_cast<std::string*>(text);
            for (int i = 0; i < columns; ++i)
                lines += std::string(i == 0 ? "" : "|") + (values[i] == nullptr ? "NULL" : values[i]);
            lines += '\n';
            return 0;
        };
        if (sqlite3_exec(handle_, sql.c_str(), collect, &out, nullptr) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(handle_));
        return out;
    }

private:
    sqlite3* handle_ = nullptr;
};

/// No file of this process grows beyond `bytes` while it lives: a full disk, for root too.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : signal_before_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limited{bytes, before_.rlim_max};
        if (::setrlimit(RLIMIT_FSIZE, &limited) != 0) throw std::runtime_error("setrlimit");
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_before_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    void (*signal_before_)(int);
    rlimit before_{};
};

} // namespace bookstore::storage::test
