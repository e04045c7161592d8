#include "offline/new_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace bookstore::offline {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* operation) {
    throw std::system_error(errno, std::generic_category(), path.string() + ": " + operation);
}

} // namespace

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)), beside_(path_.string() + ".partial") {
    fd_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd_ < 0) fail(beside_, "open");
}

NewFile::~NewFile() {
    ::close(fd_);
    std::error_code ignored;
    std::filesystem::remove(beside_, ignored);
}

void NewFile::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(beside_, "write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void NewFile::sync() {
    if (::fsync(fd_) != 0) fail(beside_, "sync");
}

void NewFile::publish() {
    rename_durably(beside_, path_);
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::rename(from, to);
    const auto folder = std::filesystem::absolute(to).parent_path();
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) fail(folder, "open");
    const bool synced = ::fsync(fd) == 0;
    ::close(fd);
    if (!synced) fail(folder, "sync");
}

} // namespace bookstore::offline
