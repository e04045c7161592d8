#include <bookstore/storage/state_copy.hpp>

#include "storage/snapshot_making.hpp"

namespace bookstore::storage {

std::optional<SnapshotSummary> copy_sqlite_state(const std::string& directory,
                                                 std::span<const base::Table> tables, std::uint64_t least,
                                                 const std::filesystem::path& file,
                                                 const std::function<bool()>& wanted) {
    SnapshotMaking making(std::filesystem::path(directory) / "state.db", file, tables);
    if (making.position().index < least) return std::nullopt;
    std::optional<SnapshotSummary> summary;
    while (!summary && wanted())
        summary = making.step();
    return summary;
}

} // namespace bookstore::storage
