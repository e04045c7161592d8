#pragma once
/// \file
/// When the next request is due: at once, or by the clock.
#include <cstdint>
#include <optional>

#include <bookstore/base/time.hpp>

namespace bookstore::ctl::bench {

/// Shared by all clients. In a closed loop a request is due when a client has time for it, and a slow server
/// is asked less often. In an open loop requests are due at a fixed rate whatever the server does, and a
/// latency counts from then: what waits for a client because others are slow has waited, too (Tene:
/// "coordinated omission").
class Pace {
public:
    /// `rate`: requests a second; none: a closed loop.
    Pace(base::TimePoint start, std::optional<double> rate) : start_(start), rate_(rate) {}

    base::TimePoint next(base::TimePoint now) {
        if (!rate_) return now;
        const double seconds = static_cast<double>(taken_++) / *rate_;
        return start_ + base::Duration(static_cast<std::int64_t>(seconds * 1e9));
    }

private:
    base::TimePoint start_;
    std::optional<double> rate_;
    std::uint64_t taken_ = 0;
};

} // namespace bookstore::ctl::bench
