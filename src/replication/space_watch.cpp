#include "replication/space_watch.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <prometheus/gauge.h>

#include <bookstore/base/log.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration look_interval = base::seconds(1);
constexpr std::uint64_t mebibyte = 1u << 20;

} // namespace

struct SpaceWatch::Meters {
    prometheus::Gauge& free;
    prometheus::Gauge& reserve;
};

SpaceWatch::SpaceWatch(std::string group, storage::SpaceProbe probe, std::uint64_t reserve_bytes,
                       base::Worker& worker, base::Scheduler& scheduler, base::Metrics& metrics,
                       std::function<void()> changed)
    : group_(std::move(group)),
      probe_(std::move(probe)),
      reserve_max_(reserve_bytes),
      worker_(worker),
      scheduler_(scheduler),
      changed_(std::move(changed)),
      self_(std::make_shared<SpaceWatch*>(this)) {
    if (!probe_) return;
    meters_ = std::make_unique<Meters>(
        Meters{metrics.gauge("bookstored_disk_free_bytes", "Room left where the data directory is",
                             {{"group", group_}}),
               metrics.gauge("bookstored_disk_reserve_bytes", "With less room than this no write is taken on",
                             {{"group", group_}})});
}

SpaceWatch::~SpaceWatch() = default;

void SpaceWatch::start() {
    if (probe_) look();
}

void SpaceWatch::halt() {
    self_.reset();
    timer_.reset();
}

void SpaceWatch::look() {
    auto space = std::make_shared<storage::DiskSpace>();
    worker_.submit([probe = probe_, space] { *space = probe(); },
                   [weak = std::weak_ptr(self_), space](std::exception_ptr failure) {
                       const auto self = weak.lock();
                       if (!self) return;
                       auto& watch = **self;
                       watch.timer_ = watch.scheduler_.after(look_interval, [&watch] { watch.look(); });
                       if (failure) return watch.missed(describe(failure));
                       watch.seen(*space);
                   });
}

void SpaceWatch::missed(const std::string& cause) {
    if (std::exchange(missed_, true)) return;
    base::log::warning("the room on the disk cannot be told", {{"group", group_}, {"cause", cause}});
}

void SpaceWatch::seen(const storage::DiskSpace& space) {
    missed_ = false;
    free_ = space.free_bytes;
    reserve_ = std::min(reserve_max_, space.total_bytes / 20);
    meters_->free.Set(static_cast<double>(free_));
    meters_->reserve.Set(static_cast<double>(reserve_));
    const auto room = judge(free_);
    if (room == std::exchange(room_, room)) return;
    if (room == Room::enough)
        base::log::info("there is room on the disk again",
                        {{"group", group_}, {"free_mb", free_ / mebibyte}});
    else
        base::log::error("the disk is nearly full: no writes are taken on",
                         {{"group", group_},
                          {"free_mb", free_ / mebibyte},
                          {"reserve_mb", reserve_ / mebibyte},
                          {"followers_entries", room == Room::exhausted ? "refused" : "taken"}});
    changed_();
}

/// A quarter more than the mark is needed to come back over it, or a disk at the mark would change its mind
/// every second.
SpaceWatch::Room SpaceWatch::judge(std::uint64_t free_bytes) const {
    const auto above = [&](std::uint64_t mark, bool was_below) {
        return free_bytes >= (was_below ? mark + mark / 4 : mark);
    };
    if (above(reserve_, room_ != Room::enough)) return Room::enough;
    return above(reserve_ / 4, room_ == Room::exhausted) ? Room::reserve : Room::exhausted;
}

std::string SpaceWatch::shortage() const {
    if (room_ == Room::enough) return {};
    return "the disk is nearly full: " + std::to_string(free_ / mebibyte) + " MiB are left, and " +
           std::to_string(reserve_ / mebibyte) + " MiB are kept in reserve";
}

} // namespace bookstore::replication
