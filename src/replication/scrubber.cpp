#include "replication/scrubber.hpp"

#include <algorithm>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <bookstore/base/log.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

/// A process that has just started has better things to do; and what it has loaded it has just verified.
constexpr base::Duration first_wait = base::seconds(60);
constexpr base::Duration postponement = base::seconds(1);
constexpr std::size_t piece_bytes_max = 256u << 10;

} // namespace

struct Scrubber::Meters {
    prometheus::Counter& bytes;
    prometheus::Gauge& ended;
    prometheus::Gauge& damaged;
};

Scrubber::Scrubber(const std::string& group, const std::string& part, Pace pace, base::Worker& worker,
                   base::Scheduler& scheduler, base::Random& random, base::Metrics& metrics, Hooks hooks)
    : group_(group),
      part_(part),
      pace_(pace),
      worker_(worker),
      scheduler_(scheduler),
      random_(random),
      hooks_(std::move(hooks)),
      self_(std::make_shared<Scrubber*>(this)) {
    const base::Metrics::Labels labels{{"group", group}, {"part", part}};
    meters_ = std::make_unique<Meters>(
        Meters{metrics.counter("bookstored_scrub_bytes_total", "Bytes verified at rest", labels),
               metrics.gauge("bookstored_scrub_ended_timestamp_seconds",
                             "When everything was last found to be right; 0: not since this process started",
                             labels),
               metrics.gauge("bookstored_scrub_damaged", "1 when the last pass found damage", labels)});
}

Scrubber::~Scrubber() = default;

void Scrubber::start() {
    if (pace_.bytes_per_second == 0) return;
    const auto period = static_cast<std::uint64_t>(pace_.every.count());
    const base::Duration into_it{static_cast<base::Duration::rep>(random_.below(period))};
    wait(std::min(first_wait, pace_.every) + into_it);
}

void Scrubber::halt() {
    self_.reset();
    timer_.reset();
}

void Scrubber::wait(base::Duration delay) {
    timer_ = scheduler_.after(delay, [this] { read(); });
}

void Scrubber::read() {
    if (hooks_.postponed()) {
        passing_ = false; // what it has read of is gone
        return wait(postponement);
    }
    if (!std::exchange(passing_, true)) pass_began_ = scheduler_.now();
    auto scrubbed = std::make_shared<storage::Scrubbed>();
    const auto bytes = std::min<std::uint64_t>(pace_.bytes_per_second, piece_bytes_max);
    worker_.submit([read = hooks_.read, scrubbed, bytes] { *scrubbed = read(bytes); },
                   [weak = std::weak_ptr(self_), scrubbed](const std::exception_ptr& failure) {
                       if (const auto self = weak.lock()) (*self)->done(*scrubbed, failure);
                   });
}

void Scrubber::done(const storage::Scrubbed& scrubbed, const std::exception_ptr& failure) {
    if (failure) {
        const auto cause = describe(failure);
        base::log::error(is_damage(failure) ? "damage is found at rest"
                                            : "what is at rest cannot be verified",
                         {{"group", group_}, {"part", part_}, {"cause", cause}});
        pass_ended(is_damage(failure));
        if (is_damage(failure)) hooks_.damaged(cause);
        return;
    }
    meters_->bytes.Increment(static_cast<double>(scrubbed.bytes));
    if (!scrubbed.whole) {
        const auto seconds =
            static_cast<double>(scrubbed.bytes) / static_cast<double>(pace_.bytes_per_second);
        return wait(std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds)));
    }
    verified_at_ = scheduler_.wall_now();
    meters_->ended.Set(static_cast<double>(static_cast<std::int64_t>(*verified_at_)) / 1'000);
    base::log::info("verified at rest", {{"group", group_}, {"part", part_}});
    pass_ended(false);
    hooks_.verified();
}

void Scrubber::pass_ended(bool found_damage) {
    passing_ = false;
    meters_->damaged.Set(found_damage ? 1 : 0);
    wait(std::max<base::Duration>(pass_began_ + pace_.every - scheduler_.now(), base::seconds(1)));
}

} // namespace bookstore::replication
