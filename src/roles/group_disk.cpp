#include <bookstore/roles/group_disk.hpp>

namespace bookstore::roles {

OpenDisk open_files_in(const storage::DataDirectory& directory, base::Scheduler& scheduler) {
    return [&directory, &scheduler](const std::string& group, std::span<const base::Table> tables) {
        const std::string folder = directory.subfolder(group).string();
        return GroupDisk{storage::open_log(folder), storage::open_sqlite_state(folder, tables),
                         base::make_thread_worker(scheduler, group + "-log"),
                         base::make_thread_worker(scheduler, group + "-state"),
                         [folder] { return storage::disk_space_at(folder); }};
    };
}

} // namespace bookstore::roles
