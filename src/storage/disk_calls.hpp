#pragma once
/// \file
/// The system calls by which the log's bytes reach the disk: a parameter, so that tests can make them fail
/// and take back what was not synced.
#include <cstddef>

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

    /// The kernel's own.
    static DiskCalls& real();
};

} // namespace bookstore::storage
