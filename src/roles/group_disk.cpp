#include <bookstore/roles/group_disk.hpp>

namespace bookstore::roles {

OpenDisk open_files_in(const storage::DataDirectory& directory, base::Scheduler& scheduler) {
    return [&directory, &scheduler](const std::string& group, std::span<const base::Table> tables) {
        const std::string folder = directory.subfolder(group).string();
        GroupDisk disk;
        disk.log = storage::open_log(folder);
        disk.state = storage::open_sqlite_state(folder, tables);
        disk.snapshots = storage::open_sqlite_snapshots(folder, tables);
        disk.log_worker = base::make_thread_worker(scheduler, group + "-log");
        disk.state_worker = base::make_thread_worker(scheduler, group + "-state");
        disk.snapshot_worker =
            base::make_thread_worker(scheduler, group + "-snap", base::Priority::background);
        disk.space = [folder] { return storage::disk_space_at(folder); };
        return disk;
    };
}

} // namespace bookstore::roles
