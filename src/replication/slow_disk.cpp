#include "replication/slow_disk.hpp"

#include <algorithm>

namespace bookstore::replication {
namespace {

constexpr base::Duration memory = base::seconds(60);

} // namespace

void SlowDisk::began(base::TimePoint now) {
    if (forgotten(now)) {
        average_ = {};
        slow_ = false;
    }
    began_ = now;
}

void SlowDisk::ended(base::TimePoint now) {
    average_ += (std::min(under_way(now), 2 * mark_) - average_) / 4;
    slow_ = average_ >= (slow_ ? mark_ / 2 : mark_);
    began_.reset();
    ended_ = now;
}

bool SlowDisk::slow(base::TimePoint now) const {
    return hangs(now) || (slow_ && !forgotten(now));
}

base::Duration SlowDisk::usual(base::TimePoint now) const {
    return std::max(forgotten(now) ? base::Duration{} : average_, under_way(now));
}

base::Duration SlowDisk::under_way(base::TimePoint now) const {
    return began_ ? now - *began_ : base::Duration{};
}

bool SlowDisk::forgotten(base::TimePoint now) const {
    return !began_ && now - ended_ > memory;
}

} // namespace bookstore::replication
