#pragma once
/// \file
/// What kind of world a seed gives: how large, how slow, which faults and how often. Each seed leaves some
/// kinds of faults out, so that the others are seen in every combination.
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/dice.hpp"

namespace bookstore::sim {

struct Weather {
    int voters = 3;
    bool reluctant = false; ///< the last voter is
    int newcomers = 0;      ///< nodes that are in no configuration at the start

    base::Duration election_timeout = base::milliseconds(100);
    base::Duration heartbeat_interval = base::milliseconds(20);
    base::Duration drift_margin = base::milliseconds(10);
    std::size_t append_bytes_max = 100;
    std::size_t appends_in_flight_max = 4;
    std::size_t payload_bytes_max = 16;

    Span delay{};         ///< of a message
    bool in_order = true; ///< as on a stream; else each message for itself
    bool through_codec = false;
    std::uint64_t loss = 0;      ///< one in so many; 0: none
    std::uint64_t duplicate = 0; ///< one in so many arrives twice
    Span disk{};                 ///< of a write
    Span stall{};                ///< of a disk that is stuck
    Span down{};                 ///< from a crash to the restart
    int drift_ppm = 0;           ///< clocks run up to so much too fast or too slow

    Every proposals{};
    Every reads{};
    Every partitions{};
    Every crashes{};
    Every coups{};                  ///< whoever leads crashes or is cut off
    std::uint64_t short_reigns = 0; ///< one in so many falls as soon as it leads; 0: none
    Every pauses{};
    Every stalls{};
    Every transfers{};
    Every compactions{};
    Every lost_connections{};
    Every changes{};         ///< of membership
    Every wipes{};           ///< a voter loses its disk, and a newcomer starts in its place
    int compaction_tail = 0; ///< applied entries that a compaction leaves
    int dead = 0;            ///< so many, a minority, do not come back when all is calm

    void change_members(base::Random& random);
    static Weather draw(base::Random& random, std::optional<int> voters);
    /// The faults end; what is slow becomes ordinary.
    void calm();
};

} // namespace bookstore::sim
