#include "storage/files.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bookstore::storage {
namespace {

[[noreturn]] void fail(int error, const std::string& operation, const std::filesystem::path& path) {
    throw std::system_error(error, std::generic_category(), operation + " " + path.string());
}

} // namespace

void sync_directory(const std::filesystem::path& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) fail(errno, "open", directory);
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    if (error != 0) fail(error, "sync", directory);
}

void create_directory_durably(const std::filesystem::path& directory) {
    if (std::filesystem::is_directory(directory)) return;
    const auto parent = std::filesystem::absolute(directory).parent_path();
    create_directory_durably(parent);
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) fail(errno, "create", directory);
    sync_directory(parent);
}

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : fd_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (fd_ < 0) fail(errno, "open", directory);
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
    const int error = errno;
    ::close(fd_);
    if (error == EWOULDBLOCK) throw std::runtime_error(directory.string() + ": used by another process");
    fail(error, "lock", directory);
}

DirectoryLock::~DirectoryLock() {
    ::close(fd_);
}

} // namespace bookstore::storage
