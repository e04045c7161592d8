#pragma once
/// \file
/// The system calls by which the log's bytes and names reach the disk: a parameter, so that tests can make
/// them fail and take back what was not synced.
#include <cstddef>
#include <functional>
#include <future>

#include <sys/types.h>

namespace bookstore::storage {

/// Any thread.
class DiskCalls {
public:
    virtual ~DiskCalls() = default;

    /// As pwrite(2).
    virtual ssize_t write_at(int fd, const void* bytes, std::size_t count, off_t offset);
    /// As fdatasync(2).
    virtual int sync_data(int fd);
    /// As fsync(2), of a file that is new or a folder.
    virtual int sync(int fd);

    /// As fallocate(2), of a file that is empty.
    virtual int allocate(int fd, off_t bytes);
    /// As rename(2).
    virtual int rename(const char* from, const char* to);
    /// As unlink(2).
    virtual int unlink(const char* path);
    /// Has `work` done beside the caller, on a thread of its own. Throws std::system_error when there is
    /// none.
    virtual std::future<bool> beside(std::function<bool()> work);

    /// The kernel's own.
    static DiskCalls& real();
};

} // namespace bookstore::storage
