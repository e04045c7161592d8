#pragma once
/// \file
/// What a node knows only while it leads: gone when it steps down.
#include <optional>
#include <vector>

#include <bookstore/base/time.hpp>
#include <bookstore/consensus/types.hpp>

#include "consensus/progress.hpp"
#include "consensus/rounds.hpp"

namespace bookstore::consensus {

/// A read that waits for a majority to confirm that this node still leads.
struct WaitingRead {
    std::uint64_t id = 0;
    LogIndex index{};        ///< everything committed when it was asked is at or below
    std::uint64_t round = 0; ///< an answer to this round or a later one confirms
};

/// A hand-over under way: nothing is proposed; `told` from when the successor was sent TimeoutNow.
struct Transfer {
    NodeId to = nobody;
    base::TimePoint deadline{};
    bool told = false;
};

struct Leadership {
    base::TimePoint since{};
    LogIndex first_index{}; ///< of this term: its noop
    base::TimePoint next_heartbeat{};
    std::vector<Progress> members{}; ///< all others: voters, learners, guests
    Rounds rounds;
    std::vector<WaitingRead> reads{}; ///< in the order of their rounds
    std::uint64_t confirming = 0;     ///< the round the last confirmation asked for began with
    std::optional<Transfer> transfer{};

    Progress* find(NodeId node) {
        for (auto& member : members)
            if (member.node == node) return &member;
        return nullptr;
    }
};

} // namespace bookstore::consensus
