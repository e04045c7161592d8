#include "storage/disk_calls.hpp"

#include <cstdio>
#include <utility>

#include <fcntl.h>
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

int DiskCalls::allocate(int fd, off_t bytes) {
    return ::fallocate(fd, 0, 0, bytes);
}

int DiskCalls::rename(const char* from, const char* to) {
    return std::rename(from, to);
}

int DiskCalls::unlink(const char* path) {
    return ::unlink(path);
}

std::future<bool> DiskCalls::beside(std::function<bool()> work) {
    return std::async(std::launch::async, std::move(work));
}

DiskCalls& DiskCalls::real() {
    static DiskCalls calls;
    return calls;
}

} // namespace bookstore::storage
