#include "ctl/bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bookstore::ctl::bench {

/// Below 2^(precision + 1) a bucket each; from there on the width doubles with each power of two.
std::size_t Histogram::bucket_of(std::uint64_t ns) {
    const auto width = static_cast<unsigned>(std::bit_width(ns));
    const unsigned shift = width > precision_bits + 1 ? width - precision_bits - 1 : 0;
    return (static_cast<std::size_t>(shift) << precision_bits) + static_cast<std::size_t>(ns >> shift);
}

std::uint64_t Histogram::highest_in(std::size_t bucket) {
    const std::size_t half = bucket >> precision_bits;
    const std::size_t shift = half == 0 ? 0 : half - 1;
    const std::uint64_t first = bucket - (shift << precision_bits);
    return ((first + 1) << shift) - 1;
}

void Histogram::record(base::Duration latency) {
    const std::int64_t ns = std::max<std::int64_t>(latency.count(), 0);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(std::min(ns, top)))];
    ++count_;
    const auto value = static_cast<double>(ns);
    sum_ += value;
    sum_of_squares_ += value * value;
    max_ = std::max(max_, ns);
}

void Histogram::add(const Histogram& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i)
        buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    sum_of_squares_ += other.sum_of_squares_;
    max_ = std::max(max_, other.max_);
}

base::Duration Histogram::mean() const {
    if (count_ == 0) return {};
    return base::Duration(std::llround(sum_ / static_cast<double>(count_)));
}

base::Duration Histogram::deviation() const {
    if (count_ < 2) return {};
    const auto n = static_cast<double>(count_);
    const double variance = (sum_of_squares_ - sum_ * sum_ / n) / (n - 1);
    return base::Duration(std::llround(std::sqrt(std::max(variance, 0.0))));
}

base::Duration Histogram::percentile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= std::max<std::uint64_t>(wanted, 1))
            return std::min(base::Duration(static_cast<std::int64_t>(highest_in(i))), max());
    }
    return max();
}

} // namespace bookstore::ctl::bench
