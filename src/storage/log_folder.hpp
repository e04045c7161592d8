#pragma once
/// \file
/// The folder of the log and the files in it.
///
/// Segments are numbered from 1: `0000000001.log`. A file of that name got, before it got the name, its
/// header (segment_header.hpp) and zeros to its end, durably: to write into it changes neither its length nor
/// where it lies, and what was not written reads as zeros. No crash makes one shorter. One whose first step
/// has not been written is a spare, there is at most one, and it is the last.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "storage/disk_calls.hpp"

namespace bookstore::storage {

std::filesystem::path segment_path(const std::filesystem::path& folder, std::uint64_t number);

/// Their numbers, rising. Whatever else is in the folder is passed over.
std::vector<std::uint64_t> list_segments(const std::filesystem::path& folder);

/// An open file. Failures throw std::system_error that names the file. That includes a disk that cannot be
/// read: it may be able to another time, so nothing is said about the bytes.
class LogFile {
public:
    enum class For { reading, writing };
    LogFile(std::filesystem::path path, For purpose, DiskCalls& calls = DiskCalls::real());
    ~LogFile();
    LogFile(LogFile&& other) noexcept;
    LogFile& operator=(LogFile&& other) noexcept;
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const;
    /// Up to `count` bytes, fewer only at the end of the file.
    std::string read_at(std::uint64_t offset, std::size_t count) const;
    /// What is asked for next comes from the disk, and not from the memory of what was written to it.
    void forget_cached(std::uint64_t offset, std::size_t count) const;
    /// All of them or an exception, in one call unless the system takes fewer.
    void write_at(std::uint64_t offset, std::string_view bytes);
    /// Contents, and what it takes to find them.
    void sync_data();

private:
    std::filesystem::path path_;
    DiskCalls* calls_;
    int fd_ = -1;
};

/// Makes the spare segment `number`, of so many bytes, more than its header has. Durable on return, its name
/// too. A failure leaves nothing of it, as far as the disk obeys.
void make_segment(const std::filesystem::path& folder, std::uint64_t number, std::size_t bytes,
                  DiskCalls& calls);

/// Durable on return. None of them need be there.
void remove_segments(const std::filesystem::path& folder, const std::vector<std::uint64_t>& numbers,
                     DiskCalls& calls);

/// What a crash left of a make_segment().
void remove_unfinished(const std::filesystem::path& folder, DiskCalls& calls);

/// Makes names in `folder` durable.
void sync_folder(const std::filesystem::path& folder, DiskCalls& calls);

} // namespace bookstore::storage
