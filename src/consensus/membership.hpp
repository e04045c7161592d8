#pragma once
/// \file
/// Which configuration holds where in the log. A configuration counts from the moment its entry is in the log
/// (4.1), committed or not; so when the entry goes, the one before it counts again, however far back that is:
/// the one as of the log's base is kept for it (defect P5).
#include <deque>
#include <optional>
#include <vector>

#include <bookstore/consensus/types.hpp>

namespace bookstore::consensus {

class Membership {
public:
    /// `base`: as of the log's base, or a later one: then its entry is in the log, and counts there.
    explicit Membership(Configuration base) : base_(std::move(base)) {}

    /// These follow the log, entry for entry.
    void appended(const Entry& entry);
    void truncate_from(LogIndex index);
    /// The new base's configuration, when it is another than the former's.
    std::optional<Configuration> compact_to(LogIndex index);
    void restart_at(Configuration base);

    const Configuration& current() const { return changes_.empty() ? base_ : changes_.back().configuration; }
    /// Of the entry with the current one; 0: it is the base's.
    LogIndex index() const { return changes_.empty() ? LogIndex{} : changes_.back().index; }
    /// As of `index`, from the log's base on.
    const Configuration& at(LogIndex index) const;
    /// A voter as of `commit`, or later: only what is committed is sure to have ended that.
    bool may_be_voter(NodeId node, LogIndex commit) const;
    /// In any configuration known here, past ones too.
    bool ever_had(NodeId node) const;

private:
    struct Change {
        LogIndex index{};
        Configuration configuration;
    };
    Configuration base_;
    std::deque<Change> changes_; ///< those in the log, in order
};

} // namespace bookstore::consensus
