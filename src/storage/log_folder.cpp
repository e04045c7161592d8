#include "storage/log_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/segment_header.hpp"

namespace bookstore::storage {
namespace {

constexpr std::size_t digits = 10;
constexpr std::string_view extension = ".log";
constexpr std::string_view unfinished = ".new";
constexpr std::size_t zeros_per_write = 256u << 10;

[[noreturn]] void fail(int error, const std::filesystem::path& path, const std::string& operation) {
    throw std::system_error(error, std::generic_category(), path.string() + ": " + operation);
}

std::string padded(std::uint64_t number) {
    std::string text = std::to_string(number);
    return std::string(text.size() < digits ? digits - text.size() : 0, '0') + text;
}

/// Closes what it owns.
struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

void write_all(DiskCalls& calls, int fd, const std::filesystem::path& path, std::uint64_t offset,
               std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = calls.write_at(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail(written < 0 ? errno : ENOSPC, path, "write");
        offset += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void fill(const std::filesystem::path& path, const std::string& header, std::size_t bytes, DiskCalls& calls) {
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (file.fd < 0) fail(errno, path, "create");
    // Asked for in one piece it lies in one piece, where the file system knows how.
    if (calls.allocate(file.fd, static_cast<off_t>(bytes)) != 0 && errno != EOPNOTSUPP && errno != ENOSYS)
        fail(errno, path, "allocate");
    // Allocated alone it would have to be marked as written, in the file system's own log, by each sync.
    const std::string zeros(std::min(bytes, zeros_per_write), '\0');
    for (std::size_t at = 0; at < bytes; at += zeros.size())
        write_all(calls, file.fd, path, at, std::string_view(zeros).substr(0, bytes - at));
    write_all(calls, file.fd, path, 0, header);
    if (calls.sync(file.fd) != 0) fail(errno, path, "sync");
}

/// It need not be there.
void remove(const std::filesystem::path& path, DiskCalls& calls) {
    if (calls.unlink(path.c_str()) != 0 && errno != ENOENT) fail(errno, path, "remove");
}

} // namespace

std::filesystem::path segment_path(const std::filesystem::path& folder, std::uint64_t number) {
    return folder / (padded(number) + std::string(extension));
}

std::vector<std::uint64_t> list_segments(const std::filesystem::path& folder) {
    std::vector<std::uint64_t> numbers;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        std::uint64_t number = 0;
        std::from_chars(name.data(), name.data() + name.size(), number);
        if (number > 0 && name == segment_path({}, number).string()) numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

LogFile::LogFile(std::filesystem::path path, For purpose, DiskCalls& calls)
    : path_(std::move(path)),
      calls_(&calls),
      fd_(::open(path_.c_str(), (purpose == For::reading ? O_RDONLY : O_RDWR) | O_CLOEXEC)) {
    if (fd_ < 0) fail(errno, path_, "open");
}

LogFile::~LogFile() {
    if (fd_ >= 0) ::close(fd_);
}

LogFile::LogFile(LogFile&& other) noexcept
    : path_(std::move(other.path_)), calls_(other.calls_), fd_(std::exchange(other.fd_, -1)) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(calls_, other.calls_);
    std::swap(fd_, other.fd_);
    return *this;
}

std::uint64_t LogFile::size() const {
    struct stat info{};
    if (::fstat(fd_, &info) != 0) fail(errno, path_, "stat");
    return static_cast<std::uint64_t>(info.st_size);
}

std::string LogFile::read_at(std::uint64_t offset, std::size_t count) const {
    std::string bytes(count, '\0');
    std::size_t have = 0;
    while (have < count) {
        const auto got = ::pread(fd_, bytes.data() + have, count - have, static_cast<off_t>(offset + have));
        if (got == 0) break;
        if (got > 0) {
            have += static_cast<std::size_t>(got);
            continue;
        }
        if (errno == EINTR) continue;
        fail(errno, path_, "read at offset " + std::to_string(offset + have));
    }
    bytes.resize(have);
    return bytes;
}

void LogFile::forget_cached(std::uint64_t offset, std::size_t count) const {
    ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(count), POSIX_FADV_DONTNEED);
}

void LogFile::write_at(std::uint64_t offset, std::string_view bytes) {
    write_all(*calls_, fd_, path_, offset, bytes);
}

void LogFile::sync_data() {
    if (calls_->sync_data(fd_) != 0) fail(errno, path_, "sync");
}

void make_segment(const std::filesystem::path& folder, std::uint64_t number, std::size_t bytes,
                  DiskCalls& calls) {
    const auto path = segment_path(folder, number);
    const auto before = std::filesystem::path(path.string() + std::string(unfinished));
    try {
        fill(before, encode_segment_header({number, bytes}), bytes, calls);
        if (calls.rename(before.c_str(), path.c_str()) != 0) fail(errno, before, "rename");
        sync_folder(folder, calls);
    } catch (...) {
        calls.unlink(before.c_str());
        calls.unlink(path.c_str());
        throw;
    }
}

void remove_segments(const std::filesystem::path& folder, const std::vector<std::uint64_t>& numbers,
                     DiskCalls& calls) {
    if (numbers.empty()) return;
    for (const auto number : numbers)
        remove(segment_path(folder, number), calls);
    sync_folder(folder, calls);
}

void remove_unfinished(const std::filesystem::path& folder, DiskCalls& calls) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == unfinished) found.push_back(entry.path());
    for (const auto& path : found)
        remove(path, calls);
}

void sync_folder(const std::filesystem::path& folder, DiskCalls& calls) {
    const Descriptor open{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (open.fd < 0) fail(errno, folder, "open");
    if (calls.sync(open.fd) != 0) fail(errno, folder, "sync");
}

} // namespace bookstore::storage
