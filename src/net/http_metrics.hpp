#pragma once
/// \file
/// What the HTTP server counts.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/time.hpp>

namespace bookstore::net {

/// Why a connection was not served, or not to its end.
enum class Rejection {
    connections,
    gave_way,
    queue_time,
    header_time,
    body_time,
    request_time,
    write_time,
    header_bytes,
    body_bytes,
    malformed
};
inline constexpr std::size_t rejections_count = 10;

class HttpMetrics {
public:
    /// `metrics` outlives this.
    explicit HttpMetrics(base::Metrics& metrics);

    void connections(std::size_t open);
    void answered(int status, base::Duration took);
    /// The same for answers given at once: counted here, and told to the registry by settle(), for each
    /// counter there costs as much as the rest of such an answer.
    void answered_at_once(int status);
    /// What those took that were counted since the last call.
    void took_at_once(base::Duration took);
    /// Brings the registry up to date. At least before anybody can ask for it here, and once a second.
    void settle();
    void rejected(Rejection why);

private:
    prometheus::Gauge& connections_; ///< of all servers of the process
    double own_connections_ = 0;
    prometheus::Histogram& seconds_;
    std::array<prometheus::Counter*, 6> answers_{}; ///< by the status' first digit
    std::array<prometheus::Counter*, rejections_count> rejections_{};

    // Not told to the registry yet.
    std::array<std::uint64_t, 6> held_{}; ///< by the status' first digit
    std::uint64_t untimed_ = 0;           ///< those of held_ for which took_at_once() is still to come
    std::vector<double> held_by_time_;    ///< by bucket of seconds_
    double held_seconds_ = 0;
    bool holding_ = false;
};

} // namespace bookstore::net
