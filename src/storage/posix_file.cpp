#include "storage/posix_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bookstore::storage {
namespace {

int flags_of(PosixFile::Mode mode) {
    if (mode == PosixFile::Mode::read) return O_RDONLY | O_CLOEXEC;
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
    return mode == PosixFile::Mode::renew ? flags | O_TRUNC : flags;
}

} // namespace

PosixFile::PosixFile(std::filesystem::path path, Mode mode) : path_(std::move(path)) {
    fd_ = ::open(path_.c_str(), flags_of(mode), 0600);
    if (fd_ < 0) fail("open");
}

PosixFile::~PosixFile() {
    ::close(fd_);
}

void PosixFile::fail(const char* operation) const {
    throw std::system_error(errno, std::generic_category(), path_.string() + ": " + operation);
}

std::uint64_t PosixFile::size() const {
    struct stat facts{};
    if (::fstat(fd_, &facts) != 0) fail("stat");
    return static_cast<std::uint64_t>(facts.st_size);
}

void PosixFile::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::size_t PosixFile::read_at(std::uint64_t offset, char* to, std::size_t bytes) const {
    std::size_t done = 0;
    while (done < bytes) {
        const auto got = ::pread(fd_, to + done, bytes - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void PosixFile::truncate(std::uint64_t size) {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) fail("truncate");
}

void PosixFile::sync() {
    if (::fdatasync(fd_) != 0) fail("sync");
}

} // namespace bookstore::storage
