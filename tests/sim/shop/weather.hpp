#pragma once
/// \file
/// What kind of world a seed gives a shop: how large, how slow, which faults and how often. Each seed leaves
/// some kinds of faults out, so that the others are seen in every combination.
#include <cstdint>

#include <bookstore/cluster/config.hpp>

#include "sim/dice.hpp"

namespace bookstore::shopsim {

struct Weather {
    unsigned catalogs = 3, orders = 3, frontends = 2, clients = 5;
    cluster::Config config; ///< but for the replicas' addresses and a process' own place
    int drift_ppm = 0;      ///< clocks run up to so much too fast or too slow: what the drift margin allows

    sim::Span delay{};          ///< of a message
    std::uint64_t loss = 0;     ///< one message in so many is lost for good, and its stream with it; 0: none
    base::Duration dead_time{}; ///< a stream whose other end confirms nothing for so long breaks
    sim::Span disk{};           ///< of one job
    sim::Span down{};           ///< from a crash to the restart
    sim::Span pause{};
    sim::Span stall{}; ///< of a disk that is stuck

    sim::Every kills{};      ///< the process' memory is lost
    sim::Every power_cuts{}; ///< and what was not synced
    sim::Every blackouts{};  ///< power cuts of all at once
    sim::Every stops{};      ///< in good order, as at SIGTERM
    sim::Every coups{};      ///< something happens to whoever leads
    sim::Every pauses{};
    sim::Every deafness{}; ///< a frontend hears the leader late, and then not at all
    sim::Every partitions{};
    sim::Every resets{}; ///< streams of one host break
    sim::Every stalls{};
    sim::Every slow_disks{};
    sim::Every bad_disks{}; ///< the next write fails
    sim::Every clock_jumps{};
    sim::Every lost_disks{}; ///< one of each group at most, and only of groups that can do without it

    sim::Span think{};         ///< of a client, between two operations
    base::Duration patience{}; ///< of a client, for one answer
    unsigned tries_max = 4;    ///< of one purchase

    static Weather draw(base::Random& random);
    /// Refused purchases may be forgotten while clients still try: retention is short.
    bool forgetful = false;
    /// The faults end; what is slow becomes ordinary.
    void calm();
};

} // namespace bookstore::shopsim
