#pragma once
/// \file
/// Foresees a full disk: what is left of it, looked at now and then.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/storage/disk_space.hpp>

namespace bookstore::replication {

/// Loop thread only; the disk is asked on the worker. Starts with enough room, and never changes its mind
/// without a probe. A probe that fails changes nothing either: a disk that cannot be asked can be written to
/// until it says otherwise.
class SpaceWatch {
public:
    enum class Room : std::uint8_t {
        enough,
        reserve,   ///< less than the reserve: nothing new is taken on; what was begun still fits
        exhausted, ///< less than a quarter of it: nothing is written that can be put off
    };

    /// `reserve_bytes`: in force is that or a twentieth of the file system, whichever is smaller.
    /// `changed`: after room() has. All references outlive it.
    SpaceWatch(std::string group, storage::SpaceProbe probe, std::uint64_t reserve_bytes,
               base::Worker& worker, base::Scheduler& scheduler, base::Metrics& metrics,
               std::function<void()> changed);
    ~SpaceWatch();

    void start();
    void halt();

    Room room() const { return room_; }
    /// Why nothing new is taken on; empty when it is.
    std::string shortage() const;

private:
    void look();
    void seen(const storage::DiskSpace& space);
    void missed(const std::string& cause);
    Room judge(std::uint64_t free_bytes) const;

    struct Meters;
    const std::string group_;
    const storage::SpaceProbe probe_;
    const std::uint64_t reserve_max_;
    base::Worker& worker_;
    base::Scheduler& scheduler_;
    std::unique_ptr<Meters> meters_; ///< none without a probe
    std::function<void()> changed_;

    Room room_ = Room::enough;
    std::uint64_t free_ = 0;
    std::uint64_t reserve_ = 0;
    bool missed_ = false; ///< the last probe failed
    std::unique_ptr<base::Timer> timer_;
    std::shared_ptr<SpaceWatch*> self_;
};

} // namespace bookstore::replication
