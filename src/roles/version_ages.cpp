#include "roles/version_ages.hpp"

#include <bookstore/base/error.hpp>

namespace bookstore::roles {

VersionAges::VersionAges(base::Duration age) : age_(age) {
    INVARIANT(age > base::Duration::zero());
}

void VersionAges::saw(std::uint64_t version, base::TimePoint now) {
    if (!marks_.empty()) {
        const Mark& last = marks_.back();
        if (version <= last.version || now - last.seen < age_ / marks_max) return;
    }
    marks_.push_back({now, version});
    while (marks_.size() > 1 && now - marks_[1].seen >= age_)
        marks_.pop_front();
}

std::optional<std::uint64_t> VersionAges::old_enough(base::TimePoint now) const {
    std::optional<std::uint64_t> found;
    for (const Mark& mark : marks_) {
        if (now - mark.seen < age_) break;
        found = mark.version;
    }
    return found;
}

} // namespace bookstore::roles
