#pragma once
/// \file
/// The two clocks of one host: the monotonic one runs a little too fast or too slow, and the wall's may be
/// set anywhere at any time.
#include <bookstore/base/time.hpp>

#include "sim/clock.hpp"

namespace bookstore::shopsim {

class HostClock {
public:
    HostClock(base::Duration offset, int drift_ppm) : monotonic_(offset, drift_ppm) {}

    base::TimePoint read(base::TimePoint now) const { return monotonic_.read(now); }
    /// When the monotonic clock will show `reading`.
    base::TimePoint when(base::TimePoint reading) const { return monotonic_.when(reading); }

    base::WallTime wall(base::TimePoint now) const {
        constexpr std::int64_t start_ms = 1'769'860'800'000; // 2026-01-31T12:00:00Z
        const auto since = std::chrono::duration_cast<base::milliseconds>(now.time_since_epoch() + set_by_);
        return base::WallTime{start_ms + since.count()};
    }
    /// Sets the wall clock: so far from what it should show.
    void set_wall(base::Duration wrong_by) { set_by_ = wrong_by; }

private:
    sim::Clock monotonic_;
    base::Duration set_by_{};
};

} // namespace bookstore::shopsim
