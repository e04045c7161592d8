#pragma once
/// \file
/// Is a disk slow? By how long its writes take, against what a group can bear.
#include <optional>

#include <bookstore/base/time.hpp>

namespace bookstore::replication {

/// Pure. One write is under way at a time. A disk is slow
///   - when its writes usually take longer than `mark`. Usually: each write moves the average by a quarter of
///   the
///     way, and counts for two marks at most, so that it takes three bad ones in a row and not one hiccup; it
///     takes good ones to below half the mark to take that back;
///   - at once, and for as long as that lasts, when a write has been under way for longer than `patience`.
/// What was longer than a minute ago counts for nothing: a disk that is not written to is not known to be
/// slow.
class SlowDisk {
public:
    SlowDisk(base::Duration mark, base::Duration patience) : mark_(mark), patience_(patience) {}

    void began(base::TimePoint now);
    void ended(base::TimePoint now);

    bool slow(base::TimePoint now) const;
    /// By a write that is under way, whatever was before.
    bool hangs(base::TimePoint now) const { return under_way(now) >= patience_; }
    /// How long a write takes, as far as is known at `now`.
    base::Duration usual(base::TimePoint now) const;

private:
    base::Duration under_way(base::TimePoint now) const;
    bool forgotten(base::TimePoint now) const;

    base::Duration mark_;
    base::Duration patience_;
    base::Duration average_{};
    bool slow_ = false; ///< by the average
    std::optional<base::TimePoint> began_;
    base::TimePoint ended_{};
};

} // namespace bookstore::replication
