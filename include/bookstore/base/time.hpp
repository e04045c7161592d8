#pragma once
/// \file
/// The two kinds of time. Nothing above `base` reads a clock: time comes from a `Scheduler` or inside an
/// event.
#include <chrono>
#include <cstdint>
#include <string>

namespace bookstore::base {

using Duration = std::chrono::nanoseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Monotonic time: what deadlines, leases and elections count in. Comparable within one process only.
struct MonotonicClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<MonotonicClock, Duration>;
    static constexpr bool is_steady = true;
};
using TimePoint = MonotonicClock::time_point;

/// Wall-clock time in milliseconds since 1970-01-01T00:00:00Z. For people and for retention, never for order.
enum class WallTime : std::int64_t {};

/// "2026-01-31T12:00:00.000Z"
std::string to_iso8601(WallTime t);

} // namespace bookstore::base
