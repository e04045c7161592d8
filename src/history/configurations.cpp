#include "history/configurations.hpp"

#include <algorithm>

#include <bookstore/base/hash.hpp>

namespace bookstore::history {

bool Tried::add(const Configuration& configuration) {
    auto& alike = by_hash_[hash_of(configuration)];
    for (std::size_t i = 0; i < alike.size();) {
        const Configuration& there = all_[alike[i]];
        const bool may_compare = comparable(there, configuration);
        if (may_compare && covers(there, configuration)) return false;
        if (may_compare && covers(configuration, there)) {
            alike[i] = alike.back(); // the new one answers for both from now on
            alike.pop_back();
        } else {
            ++i;
        }
    }
    alike.push_back(static_cast<std::uint32_t>(all_.size()));
    all_.push_back(configuration);
    return true;
}

std::uint64_t Tried::hash_of(const Configuration& c) const {
    const auto hash = [](const auto& words) {
        return base::hash64({reinterpret_cast<const char*>(words.data()), sizeof words});
    };
    const std::array<std::int64_t, 4> place{static_cast<std::int64_t>(c.event), c.state ? 1 : 0,
                                            c.state ? c.state->stock : 0, c.state ? c.state->cost : 0};
    std::uint64_t all = hash(place) * 31 + hash(c.changes.words());
    for (std::size_t k = 0; k < certain_kinds_; ++k)
        all = all * 1'000'003 + c.used[k];
    return all;
}

bool Tried::comparable(const Configuration& a, const Configuration& b) const {
    return a.event == b.event && a.state == b.state && a.changes == b.changes &&
           std::equal(a.used.begin(), a.used.begin() + static_cast<std::ptrdiff_t>(certain_kinds_),
                      b.used.begin());
}

/// `a` can do all that `b` can. Comparable ones only.
bool Tried::covers(const Configuration& a, const Configuration& b) const {
    if (!a.looks.includes(b.looks)) return false;
    for (std::size_t k = certain_kinds_; k < a.used.size(); ++k)
        if (a.used[k] > b.used[k]) return false;
    return true;
}

} // namespace bookstore::history
