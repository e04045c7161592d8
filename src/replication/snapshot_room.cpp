#include "replication/snapshot_room.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace bookstore::replication {
namespace {

std::string in_mebibytes(std::uint64_t bytes) {
    return std::to_string((bytes >> 20) + 1) + " MiB";
}

} // namespace

void SnapshotRoom::require(std::uint64_t bytes) const {
    if (!probe_) return;
    const auto space = probe_();
    const auto reserve = std::min(reserve_bytes_, space.total_bytes / 20);
    if (space.free_bytes >= reserve && space.free_bytes - reserve >= bytes) return;
    throw std::runtime_error("no room for a snapshot: it takes " + in_mebibytes(bytes) + ", and of " +
                             std::to_string(space.free_bytes >> 20) + " MiB that are free " +
                             std::to_string(reserve >> 20) + " MiB are kept in reserve");
}

} // namespace bookstore::replication
