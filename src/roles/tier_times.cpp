/// \file
/// TierTimes, as internal answers carry them.
#include <algorithm>
#include <chrono>

#include "roles/codec.hpp"

namespace bookstore::roles {
namespace {

using std::chrono::microseconds;

constexpr std::int64_t longest_us = 86'400'000'000; ///< a day: who was stopped for longer says a day

/// 0: none; else one more than the microseconds.
void write(base::ByteWriter& out, const std::optional<base::Duration>& time) {
    if (!time) return out.varint(0);
    const auto us = std::clamp<std::int64_t>(std::chrono::round<microseconds>(*time).count(), 0, longest_us);
    out.varint(static_cast<std::uint64_t>(us) + 1);
}

void read(base::ByteReader& in, std::optional<base::Duration>& time) {
    const std::uint64_t us = in.varint();
    if (us > static_cast<std::uint64_t>(longest_us) + 1) return in.fail();
    time.reset();
    if (us > 0) time = microseconds(us - 1);
}

} // namespace

void write(base::ByteWriter& out, const TierTimes& times) {
    write(out, times.order);
    write(out, times.catalog);
}

void read(base::ByteReader& in, TierTimes& times) {
    read(in, times.order);
    read(in, times.catalog);
}

} // namespace bookstore::roles
