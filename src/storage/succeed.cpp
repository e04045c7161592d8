#include "storage/succeed.hpp"

#include "storage/files.hpp"

namespace bookstore::storage {

void appoint_successor(const StateFiles& files) {
    std::filesystem::rename(files.building, files.next);
    sync_directory(files.next.parent_path());
}

void succeed(const StateFiles& files) {
    if (!std::filesystem::exists(files.next)) return;
    // The old log first, and durably: found beside the new database it would be taken for its own.
    std::filesystem::remove(files.current.string() + "-wal");
    std::filesystem::remove(files.current.string() + "-shm");
    sync_directory(files.current.parent_path());
    std::filesystem::rename(files.next, files.current);
    sync_directory(files.current.parent_path());
}

} // namespace bookstore::storage
