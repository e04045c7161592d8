#pragma once
/// \file
/// What the HTTP server counts.
#include <array>
#include <string_view>

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
    void rejected(Rejection why);

private:
    prometheus::Gauge& connections_;
    prometheus::Histogram& seconds_;
    std::array<prometheus::Counter*, 6> answers_{}; ///< by the status' first digit
    std::array<prometheus::Counter*, rejections_count> rejections_{};
};

} // namespace bookstore::net
