#pragma once
/// \file
/// How long ago a version was reached, by this process's monotonic clock: what a wall clock cannot be trusted
/// to tell.
#include <cstdint>
#include <deque>
#include <optional>

#include <bookstore/base/time.hpp>

namespace bookstore::roles {

/// Pure; thread: the loop. Remembers about `marks_max` sightings, however many there are: what is old enough
/// is said late by an `marks_max`th of the age at most, and never early. A process that starts knows of no
/// age.
class VersionAges {
public:
    explicit VersionAges(base::Duration age);

    /// The version of the state is `version` now. Of versions that go back (another replica's, which trails)
    /// nothing is learned.
    void saw(std::uint64_t version, base::TimePoint now);
    /// The highest version that was seen at least the age ago: whatever it made has been there that long.
    std::optional<std::uint64_t> old_enough(base::TimePoint now) const;

    static constexpr int marks_max = 100;

private:
    struct Mark {
        base::TimePoint seen;
        std::uint64_t version;
    };
    base::Duration age_;
    std::deque<Mark> marks_; ///< oldest first; only the first can be old enough, or the first few
};

} // namespace bookstore::roles
