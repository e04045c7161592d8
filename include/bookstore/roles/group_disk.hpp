#pragma once
/// \file
/// What one member of a replicated group keeps on disk, and the workers that write it.
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/storage/data_directory.hpp>
#include <bookstore/storage/disk_space.hpp>
#include <bookstore/storage/log_store.hpp>
#include <bookstore/storage/snapshot_store.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::roles {

/// The workers go first: each lets its jobs run to their end, and those use the stores.
struct GroupDisk {
    std::unique_ptr<storage::LogStore> log;
    std::unique_ptr<storage::StateStore> state;
    std::unique_ptr<storage::SnapshotStore> snapshots;
    std::unique_ptr<base::Worker> log_worker;
    std::unique_ptr<base::Worker> state_worker;
    std::unique_ptr<base::Worker> snapshot_worker;
    storage::SpaceProbe space = {}; ///< none: always room
};

/// Opens the disk of the member of `group`: files in production, the simulator's in a simulation. The spans
/// of `tables` live as long as the disk.
using OpenDisk = std::function<GroupDisk(const std::string& group, std::span<const base::Table> tables)>;

/// Files in the folder `group` of `directory`, written by threads of their own. Both arguments outlive what
/// it opens. Opening throws std::runtime_error that names the file.
OpenDisk open_files_in(const storage::DataDirectory& directory, base::Scheduler& scheduler);

} // namespace bookstore::roles
