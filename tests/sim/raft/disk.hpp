#pragma once
/// \file
/// One node's disk: writes in order, each taking its time; a crash takes what has not been written, and
/// perhaps leaves a little of it.
#include <cstdint>
#include <deque>
#include <functional>

#include <bookstore/base/random.hpp>

#include "sim/raft/platter.hpp"
#include "sim/raft/weather.hpp"
#include "sim/schedule.hpp"

namespace bookstore::sim {

class Disk {
public:
    /// Everything up to `sequence` is durable.
    using Done = std::function<void(std::uint64_t sequence)>;

    /// All outlive the disk.
    Disk(Schedule& schedule, base::Random& random, const Weather& weather, Platter platter, Done done);

    void write(consensus::Persist step);
    /// Nothing becomes durable for so long.
    void stall(base::Duration duration);
    void crash();

    Platter platter;

private:
    void begin();
    void finish();

    Schedule& schedule_;
    base::Random& random_;
    const Weather& weather_;
    Done done_;
    std::deque<consensus::Persist> queue_;
    std::size_t writing_ = 0; ///< the first so many are on their way
    std::uint64_t life_ = 0;  ///< completions of former lives are void
    base::TimePoint stuck_until_{};
};

} // namespace bookstore::sim
