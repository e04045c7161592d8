#pragma once
/// \file
/// A node's own clock, which runs a little too fast or too slow.
#include <bookstore/base/time.hpp>

namespace bookstore::sim {

class Clock {
public:
    Clock(base::Duration offset, int drift_ppm) : offset_(offset), drift_ppm_(drift_ppm) {}

    base::TimePoint read(base::TimePoint now) const {
        const auto since = now.time_since_epoch();
        return base::TimePoint{since + since * drift_ppm_ / million + offset_};
    }

    /// When the clock will show `reading`, to a nanosecond or two.
    base::TimePoint when(base::TimePoint reading) const {
        const auto since = reading.time_since_epoch() - offset_;
        return base::TimePoint{since * million / (million + drift_ppm_) + base::Duration(1)};
    }

private:
    static constexpr int million = 1'000'000;
    base::Duration offset_;
    int drift_ppm_;
};

} // namespace bookstore::sim
