#pragma once
/// \file
/// Snapshots are large, and the log beside them must never be without room for them.
#include <cstdint>

#include <bookstore/storage/disk_space.hpp>

namespace bookstore::replication {

class SnapshotRoom {
public:
    /// `probe`: none: there is always room. `reserve_bytes` as SpaceWatch has it.
    SnapshotRoom(storage::SpaceProbe probe, std::uint64_t reserve_bytes)
        : probe_(std::move(probe)), reserve_bytes_(reserve_bytes) {}

    /// Throws std::runtime_error that says how much is missing unless `bytes` may be written without touching
    /// the reserve. Any thread; may block as a disk may.
    void require(std::uint64_t bytes) const;

private:
    storage::SpaceProbe probe_;
    std::uint64_t reserve_bytes_;
};

} // namespace bookstore::replication
