#pragma once
/// \file
/// Numbers the leader's sendings and remembers when they were: an answer echoes the number, so what it proves
/// is dated by the leader's own clock, at a moment before the follower can have received anything.
#include <cstdint>
#include <deque>
#include <optional>

#include <bookstore/base/time.hpp>

namespace bookstore::consensus {

class Rounds {
public:
    /// Sendings less than `grain` apart share the date of the first; dates older than `memory` are forgotten.
    Rounds(base::Duration grain, base::Duration memory) : grain_(grain), memory_(memory) {}

    /// The number of a message that is sent now; the first is 1.
    std::uint64_t open(base::TimePoint now);
    std::uint64_t last() const { return last_; }
    /// Not later than the sending of `round`; nothing when that is too long ago, or never was.
    std::optional<base::TimePoint> sent_at(std::uint64_t round) const;

private:
    struct Mark {
        std::uint64_t first = 0;
        base::TimePoint at{};
    };
    base::Duration grain_;
    base::Duration memory_;
    std::deque<Mark> marks_;
    std::uint64_t last_ = 0;
};

} // namespace bookstore::consensus
