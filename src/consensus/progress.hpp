#pragma once
/// \file
/// How far one other member is, as its leader knows: what it has, what is on its way, when it was heard.
#include <cstdint>
#include <vector>

#include <bookstore/base/time.hpp>
#include <bookstore/consensus/types.hpp>

namespace bookstore::consensus {

struct Progress {
    enum class Mode : std::uint8_t {
        probe,     ///< where the logs part is unknown: one request at a time
        replicate, ///< the logs agree below `next`: requests follow each other without waiting
        snapshot,  ///< what it needs is compacted: heartbeats only until the shell has sent the state
    };

    NodeId node = nobody;
    bool voter = true;
    bool guest = false; ///< a learner that asked to join, in no configuration: forgotten when it falls silent

    Mode mode = Mode::probe;
    LogIndex match{};                  ///< known to be durable there; never falls within a term
    LogIndex next{1};                  ///< the first index to send
    bool probing = false;              ///< a probe with entries waits for its answer
    std::vector<LogIndex> in_flight{}; ///< last index of each unanswered request of the pipeline
    LogIndex commit_sent{};            ///< what it has been told to be committed
    base::TimePoint eager_until{};     ///< until then it is told of commits at once

    std::uint64_t answered = 0;  ///< newest round it answered
    std::uint64_t restarted = 0; ///< refusals of this round and older ones belong to an earlier attempt
    base::TimePoint heard{};     ///< the sending of round `answered`; never: TimePoint{}

    base::TimePoint welcomed{}; ///< a guest has the usual time to answer from here on
    LogIndex goal{}; ///< without a vote: the end of the log as the present round of catching up began
    base::TimePoint goal_set{}; ///< ...and when that was
    bool caught_up = false;     ///< the last round took less than T

    /// Room for one more request with entries?
    bool has_room(std::size_t in_flight_max) const;
    /// A request with entries up to `last` left.
    void sent(LogIndex last);
    /// It holds everything up to `index`; `current` when the answer belongs to the present attempt.
    void acknowledged(LogIndex index, bool current);
    /// Back to probing from `index` on; answers up to `round` no longer tell where the logs part.
    void probe_from(LogIndex index, std::uint64_t round);
    void begin_snapshot();
};

} // namespace bookstore::consensus
