#pragma once
/// \file
/// What must hold at every moment, whatever happens. Looks at each step of each node; a broken promise throws
/// Failure.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <bookstore/consensus/raft.hpp>

namespace bookstore::sim {

class Node;

class Checker {
public:
    /// The nodes outlive the checker.
    void watch(const Node& node) { nodes_.push_back(&node); }

    /// After a step of `node`, before its effects are carried out.
    void examine(const Node& node, const consensus::Effects& effects);
    void restarted(const Node& node);
    /// One vote a term, whatever crashes in between (3.4).
    void sent(const Node& node, const consensus::Message& message);
    /// State machine safety: every node applies the same, in order.
    void applied(const Node& node, const consensus::Entry& entry);
    /// A client was told that its command is done.
    void acknowledged(const consensus::Entry& entry);
    /// A read that began when `at_least` was the newest anybody had applied.
    void read_answered(const Node& node, consensus::LogIndex index, consensus::LogIndex at_least) const;

    consensus::LogIndex newest_applied() const { return consensus::LogIndex{history_.size()}; }
    consensus::LogIndex newest_acknowledged() const { return newest_acknowledged_; }
    std::uint64_t acknowledgements() const { return acknowledgements_; }
    /// The newest that anybody has applied; the first one is given.
    void starts_with(consensus::Configuration configuration) { configuration_ = std::move(configuration); }
    const consensus::Configuration& configuration() const { return configuration_; }
    consensus::LogIndex configuration_index() const { return configuration_index_; }
    /// The term of an entry that somebody applied.
    consensus::Term applied_term(consensus::LogIndex index) const;

private:
    struct Written {
        std::string payload;
        consensus::Term previous_term{};
    };
    struct Position {
        consensus::LogIndex index{};
        consensus::Term term{};
        bool operator==(const Position&) const = default;
    };
    struct PositionHash {
        std::size_t operator()(const Position& position) const {
            return static_cast<std::size_t>(number(position.index) * 0x9e3779b97f4a7c15U ^
                                            number(position.term));
        }
    };

    void check_log_matching(const Node& node, const consensus::Persist& step);
    void check_new_leader(const Node& node);
    void check_commit(const Node& node, bool as_leader);
    void check_commit_is_earned(const Node& node) const;
    void check_configuration(const Node& node, const consensus::Entry& entry);
    void check_leases(const Node& node) const;
    consensus::Term committed_in(consensus::LogIndex index) const;

    std::vector<const Node*> nodes_;
    std::unordered_map<Position, Written, PositionHash> written_;
    std::map<consensus::Term, consensus::NodeId> leaders_;
    std::map<std::pair<consensus::NodeId, consensus::Term>, consensus::NodeId> votes_;
    std::map<consensus::NodeId, consensus::LogIndex> commits_;
    std::set<consensus::NodeId> leading_;
    std::vector<consensus::Entry> history_; ///< what has been applied, by anybody, from index 1 on
    std::vector<consensus::Term>
        committed_in_; ///< the lowest term whose leader committed it, from index 1 on
    consensus::Configuration configuration_;
    consensus::LogIndex configuration_index_{};
    consensus::LogIndex newest_acknowledged_{};
    std::uint64_t acknowledgements_ = 0;
};

} // namespace bookstore::sim
