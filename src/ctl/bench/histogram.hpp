#pragma once
/// \file
/// Latencies, counted with a bounded relative error: percentiles of any number of them in fixed memory.
#include <array>
#include <cstdint>

#include <bookstore/base/time.hpp>

namespace bookstore::ctl::bench {

/// After Gil Tene's HDR histogram: buckets of equal width within each power of two. Whatever is told is at
/// most 1/512 above what was measured. Figures of an empty one are 0.
class Histogram {
public:
    /// Negative counts as 0, and more than an hour as an hour, but for max().
    void record(base::Duration latency);
    void add(const Histogram& other);

    std::uint64_t count() const { return count_; }
    base::Duration mean() const;
    /// Standard deviation of what was recorded.
    base::Duration deviation() const;
    /// The least latency that `share` (0 to 1) of all do not exceed.
    base::Duration percentile(double share) const;
    base::Duration max() const { return base::Duration(max_); }

private:
    static constexpr unsigned precision_bits = 9;
    static constexpr std::int64_t top = 3'600'000'000'000; ///< ns
    static std::size_t bucket_of(std::uint64_t ns);
    static std::uint64_t highest_in(std::size_t bucket);

    static constexpr std::size_t halves = 42 - precision_bits; ///< powers of two up to an hour
    std::array<std::uint64_t, (halves + 1) << precision_bits> buckets_{};
    std::uint64_t count_ = 0;
    double sum_ = 0, sum_of_squares_ = 0; ///< ns
    std::int64_t max_ = 0;
};

} // namespace bookstore::ctl::bench
