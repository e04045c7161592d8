#include <bookstore/storage/data_directory.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/files.hpp"

namespace bookstore::storage {
namespace {

constexpr const char* lock_name = "lock";

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
    throw std::runtime_error("data directory " + path.string() + ": " + what);
}

/// Who holds the lock, as far as the file tells: it may have been taken this moment and hold no number yet.
std::string holder(int lock) {
    std::array<char, 32> text{};
    const ssize_t bytes = ::pread(lock, text.data(), text.size(), 0);
    long pid = 0;
    if (bytes <= 0 || std::from_chars(text.data(), text.data() + bytes, pid).ec != std::errc{})
        return "another process";
    return "process " + std::to_string(pid);
}

void write_own_pid(int lock, const std::filesystem::path& path) {
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock, 0) != 0 ||
        ::pwrite(lock, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        fail(path, std::string("cannot write the lock file: ") + std::strerror(errno));
}

} // namespace

DataDirectory::DataDirectory(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code ignored;
    if (std::filesystem::exists(path_, ignored) && !std::filesystem::is_directory(path_, ignored))
        fail(path_, "is not a folder");
    try {
        create_directory_durably(path_);
    } catch (const std::exception& failure) {
        fail(path_, failure.what());
    }
    lock_ = ::open((path_ / lock_name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) fail(path_, std::string("not writable: ") + std::strerror(errno));
    try {
        if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) fail(path_, "used by " + holder(lock_));
            fail(path_, std::string("cannot be locked: ") + std::strerror(errno));
        }
        write_own_pid(lock_, path_);
    } catch (...) {
        ::close(lock_);
        throw;
    }
}

// The file stays: to remove it would let two processes hold locks on two files of the same name.
DataDirectory::~DataDirectory() {
    ::close(lock_);
}

bool DataDirectory::empty() const {
    const std::filesystem::directory_iterator entries{path_};
    return std::all_of(begin(entries), end(entries), [](const auto& entry) {
        const auto name = entry.path().filename();
        return name == lock_name || name == "lost+found"; // the latter stands in the root of a file system
    });
}

std::filesystem::path DataDirectory::subfolder(const std::string& name) const {
    auto folder = path_ / name;
    create_directory_durably(folder);
    return folder;
}

} // namespace bookstore::storage
