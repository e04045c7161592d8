#pragma once
/// \file
/// The words of Raft (Ongaro, "Consensus: Bridging Theory and Practice", 2014), as types.
#include <algorithm>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bookstore::consensus {

/// One life of one replica's disk. A replica that lost its disk comes back under another NodeId, so that a
/// vote or an acknowledgement of the old one is never taken for the new one's. 0 is nobody.
enum class NodeId : std::uint64_t {};
inline constexpr NodeId nobody{0};

enum class Term : std::uint64_t {};

/// Position in the log; the first entry is 1.
enum class LogIndex : std::uint64_t {};

constexpr std::uint64_t number(NodeId n) {
    return static_cast<std::uint64_t>(n);
}
constexpr std::uint64_t number(Term t) {
    return static_cast<std::uint64_t>(t);
}
constexpr std::uint64_t number(LogIndex i) {
    return static_cast<std::uint64_t>(i);
}
constexpr LogIndex operator+(LogIndex i, std::uint64_t n) {
    return LogIndex{number(i) + n};
}
constexpr LogIndex operator-(LogIndex i, std::uint64_t n) {
    return LogIndex{number(i) - n};
}
constexpr std::uint64_t operator-(LogIndex a, LogIndex b) {
    return number(a) - number(b);
}
constexpr Term next(Term t) {
    return Term{number(t) + 1};
}

enum class EntryKind : std::uint8_t {
    noop = 0,    ///< the first entry of each leader
    command = 1, ///< a batch of commands of the state machine
    configuration = 2,
};

struct Entry {
    LogIndex index{};
    Term term{};
    EntryKind kind = EntryKind::noop;
    std::shared_ptr<const std::string> payload; ///< never null; shared by log, network, disk and apply
};

struct HardState {
    Term term{};
    NodeId vote = nobody;

    auto operator<=>(const HardState&) const = default;
};

/// Who counts. Learners are sent everything and count for nothing.
struct Configuration {
    std::vector<NodeId> voters;
    std::vector<NodeId> learners;

    bool has_voter(NodeId node) const {
        return std::find(voters.begin(), voters.end(), node) != voters.end();
    }
    bool has_learner(NodeId node) const {
        return std::find(learners.begin(), learners.end(), node) != learners.end();
    }
    bool contains(NodeId node) const { return has_voter(node) || has_learner(node); }
    bool operator==(const Configuration&) const = default;
};

/// A step from one configuration to the next.
struct Change {
    enum class Kind : std::uint8_t {
        add_learner, ///< of a node that has asked to join
        promote,     ///< a learner that has caught up, to a voter
        remove,      ///< voter or learner
    };
    Kind kind = Kind::add_learner;
    NodeId node = nobody;

    bool operator==(const Change&) const = default;
};

/// Why a change is not made.
enum class Objection : std::uint8_t {
    not_leader = 1,
    handing_over, ///< leadership is on its way to another
    too_early,    ///< the leader has not committed an entry of its own term yet
    busy,         ///< the change before it is not committed yet
    unknown_node, ///< not a member; to be added: has not asked to join
    already_so,
    behind,      ///< a learner that has not caught up, or does not answer
    last_voter,  ///< nobody would be left
    would_stall, ///< too few of the voters that would count are answering
};

enum class Role : std::uint8_t { follower, pre_candidate, candidate, leader };

} // namespace bookstore::consensus
