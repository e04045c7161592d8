#pragma once
/// \file
/// The numbers that one group's replicas use on the transport, counted from ReplicaOptions::methods.
#include <cstdint>

namespace bookstore::replication {

enum class GroupMethod : std::uint16_t {
    raft = 0,       ///< notice: consensus::Message
    hello = 1,      ///< call: who are you, and have you data? (formation, joining)
    propose = 2,    ///< call: commands to be applied together → AppliedAll (see forwarding.hpp)
    read_index = 3, ///< call: a follower's read barrier
    snapshot = 4,   ///< call: one chunk of a snapshot
    members = 5,    ///< call: who belongs to the group, of the leader
    change = 6,     ///< call: one change of membership, by the leader
    digest = 7,     ///< call: of the contents at a version
    verdict = 8,    ///< notice: the digest that a majority has at a version
    rebuild = 9,    ///< notice: whose contents differ asks the leader for its own
    slow = 10,      ///< notice: to the leader, while the sender's disk is slow
    leave = 11,     ///< call: may this voter be missing for a while, to mend what is damaged on its disk?
    news = 12,      ///< notice: the sender has readers that wait for what the leader has committed
};
inline constexpr std::uint16_t group_methods = 16; ///< reserved for each group

} // namespace bookstore::replication
