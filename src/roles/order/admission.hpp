#pragma once
/// \file
/// How many purchases may be under way at a replica: as many as end in time, whatever it runs on.
#include <algorithm>
#include <cstddef>

#include <bookstore/base/time.hpp>

namespace bookstore::roles::order {

/// By what became of those before: each that took an eighth of its time while half of the places were taken
/// makes room for one more, and one that took more than half of its time takes a fifth of the room away, once
/// in a while. So that on a slow machine, or with a slow disk, who cannot be served in time is told at once,
/// and not when the time is over. Pure. Thread: the loop.
class Admission {
public:
    static constexpr std::size_t at_first = 256;
    static constexpr std::size_t at_least = 16;
    static constexpr base::Duration between_cuts = base::milliseconds(100);

    explicit Admission(std::size_t at_most) : at_most_(at_most) {}

    bool has_room(std::size_t under_way) const { return under_way < places_; }
    std::size_t places() const { return places_; }

    /// One of `under_way` has ended after `took` of the time it was `given`.
    void ended(base::Duration took, base::Duration given, std::size_t under_way, base::TimePoint now) {
        if (took > given / 2) {
            if (now < next_cut_) return;
            places_ = std::max(at_least, places_ - places_ / 5);
            next_cut_ = now + between_cuts;
        } else if (2 * under_way >= places_ && took < given / 8) {
            places_ = std::min(at_most_, places_ + 1);
        }
    }

private:
    std::size_t at_most_;
    std::size_t places_ = at_first;
    base::TimePoint next_cut_{};
};

} // namespace bookstore::roles::order
