#pragma once
/// \file
/// The log in memory: everything behind the compacted prefix, whether durable yet or not.
#include <deque>
#include <optional>
#include <vector>

#include <bookstore/consensus/types.hpp>

namespace bookstore::consensus {

class Log {
public:
    /// `entries` are consecutive from base + 1; `base` is the last compacted index (0: none).
    Log(LogIndex base, Term base_term, std::vector<Entry> entries);

    LogIndex base() const { return base_; }
    LogIndex last_index() const { return base_ + entries_.size(); }
    Term last_term() const { return entries_.empty() ? base_term_ : entries_.back().term; }
    std::size_t bytes() const { return bytes_; }

    /// Known from the base to the last index.
    std::optional<Term> term_at(LogIndex index) const;
    Term known_term(LogIndex index) const; ///< of an index in that range
    /// Has this very entry, or has compacted it away: what is compacted is committed, hence the same
    /// everywhere.
    bool holds(LogIndex index, Term term) const;
    /// A log that ends with (`index`, `term`) holds at least what this one does, if it can lead (3.6.1).
    bool not_ahead_of(LogIndex index, Term term) const;
    /// The highest index, not above `limit`, whose term is not above `term`: below it two logs may agree. One
    /// below the base when there is none.
    LogIndex last_agreeable(LogIndex limit, Term term) const;

    void append(Entry entry);
    void truncate_from(LogIndex index); ///< above the base
    void compact_to(LogIndex index);    ///< from the base to the last index
    void restart_at(LogIndex base, Term base_term);

    /// From `from` on, up to and with `last`: as many as fit into `bytes_max`, and at least one.
    std::vector<Entry> slice(LogIndex from, LogIndex last, std::size_t bytes_max) const;

private:
    const Entry& at(LogIndex index) const { return entries_[static_cast<std::size_t>(index - base_ - 1)]; }

    LogIndex base_;
    Term base_term_;
    std::deque<Entry> entries_;
    std::size_t bytes_ = 0; ///< of payload
};

} // namespace bookstore::consensus
