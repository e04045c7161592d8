#include "consensus/log.hpp"

#include <algorithm>

#include <bookstore/base/error.hpp>

namespace bookstore::consensus {

Log::Log(LogIndex base, Term base_term, std::vector<Entry> entries) : base_(base), base_term_(base_term) {
    for (auto& entry : entries)
        append(std::move(entry));
}

std::optional<Term> Log::term_at(LogIndex index) const {
    if (index < base_ || index > last_index()) return std::nullopt;
    return known_term(index);
}

Term Log::known_term(LogIndex index) const {
    INVARIANT(index >= base_ && index <= last_index());
    return index == base_ ? base_term_ : at(index).term;
}

bool Log::holds(LogIndex index, Term term) const {
    return index < base_ || term_at(index) == term;
}

bool Log::not_ahead_of(LogIndex index, Term term) const {
    return term > last_term() || (term == last_term() && index >= last_index());
}

LogIndex Log::last_agreeable(LogIndex limit, Term term) const {
    limit = std::min(limit, last_index());
    if (limit < base_) return limit;
    // Terms never fall along a log, so the boundary is found by halving.
    const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(limit - base_);
    const auto above =
        std::partition_point(entries_.begin(), end, [&](const Entry& e) { return e.term <= term; });
    if (above != entries_.begin()) return std::prev(above)->index;
    return base_term_ <= term ? base_ : base_ - 1;
}

void Log::append(Entry entry) {
    INVARIANT(entry.index == last_index() + 1);
    INVARIANT(entry.term >= last_term());
    bytes_ += entry.payload->size();
    entries_.push_back(std::move(entry));
}

void Log::truncate_from(LogIndex index) {
    INVARIANT(index > base_);
    while (last_index() >= index) {
        bytes_ -= entries_.back().payload->size();
        entries_.pop_back();
    }
}

void Log::compact_to(LogIndex index) {
    base_term_ = known_term(index);
    for (; base_ < index; base_ = base_ + 1) {
        bytes_ -= entries_.front().payload->size();
        entries_.pop_front();
    }
}

void Log::restart_at(LogIndex base, Term base_term) {
    entries_.clear();
    bytes_ = 0;
    base_ = base;
    base_term_ = base_term;
}

std::vector<Entry> Log::slice(LogIndex from, LogIndex last, std::size_t bytes_max) const {
    INVARIANT(from > base_ && last <= last_index());
    std::vector<Entry> taken;
    std::size_t bytes = 0;
    for (auto index = from; index <= last; index = index + 1) {
        const auto& entry = at(index);
        bytes += entry.payload->size();
        if (!taken.empty() && bytes > bytes_max) break;
        taken.push_back(entry);
    }
    return taken;
}

} // namespace bookstore::consensus
