#include "replication/deadlines.hpp"

#include <utility>

namespace bookstore::replication {

Deadlines::Key Deadlines::add(base::TimePoint when, std::function<void()> expired) {
    const auto key = entries_.emplace(when, std::move(expired));
    arm();
    return key;
}

void Deadlines::arm() {
    if (entries_.empty()) return;
    const auto earliest = entries_.begin()->first;
    if (timer_ && armed_for_ <= earliest) return;
    armed_for_ = earliest;
    timer_ = scheduler_.at(earliest, [this] { expire(); });
}

void Deadlines::expire() {
    timer_.reset();
    const auto now = scheduler_.now();
    while (!entries_.empty() && entries_.begin()->first <= now) {
        auto expired = std::move(entries_.begin()->second);
        entries_.erase(entries_.begin());
        expired();
    }
    arm();
}

} // namespace bookstore::replication
