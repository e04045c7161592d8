#include "consensus/rounds.hpp"

#include <algorithm>

namespace bookstore::consensus {

std::uint64_t Rounds::open(base::TimePoint now) {
    ++last_;
    if (marks_.empty() || now >= marks_.back().at + grain_) {
        marks_.push_back({last_, now});
        while (marks_.front().at + memory_ < now)
            marks_.pop_front();
    }
    return last_;
}

std::optional<base::TimePoint> Rounds::sent_at(std::uint64_t round) const {
    if (round > last_) return std::nullopt;
    const auto after = std::upper_bound(marks_.begin(), marks_.end(), round,
                                        [](std::uint64_t r, const Mark& mark) { return r < mark.first; });
    if (after == marks_.begin()) return std::nullopt;
    return std::prev(after)->at;
}

} // namespace bookstore::consensus
