#include <bookstore/storage/disk_space.hpp>

#include <cerrno>
#include <system_error>

#include <sys/statvfs.h>

namespace bookstore::storage {

DiskSpace disk_space_at(const std::filesystem::path& path) {
    struct statvfs found{};
    if (::statvfs(path.c_str(), &found) != 0)
        throw std::system_error(errno, std::generic_category(), "free space of " + path.string());
    const std::uint64_t block = found.f_frsize;
    return {found.f_bavail * block, found.f_blocks * block};
}

} // namespace bookstore::storage
