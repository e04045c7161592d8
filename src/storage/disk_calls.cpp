#include "storage/disk_calls.hpp"

#include <unistd.h>

namespace bookstore::storage {

ssize_t DiskCalls::write_at(int fd, const void* bytes, std::size_t count, off_t offset) {
    return ::pwrite(fd, bytes, count, offset);
}

int DiskCalls::sync_data(int fd) {
    return ::fdatasync(fd);
}

int DiskCalls::sync(int fd) {
    return ::fsync(fd);
}

DiskCalls& DiskCalls::real() {
    static DiskCalls calls;
    return calls;
}

} // namespace bookstore::storage
