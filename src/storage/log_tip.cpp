#include "storage/log_tip.hpp"

#include <algorithm>

namespace bookstore::storage {

void TermRuns::append(std::uint64_t index, std::uint64_t term) {
    if (runs_.empty() || runs_.back().term != term) runs_.push_back({index, term});
}

void TermRuns::truncate(std::uint64_t from) {
    while (!runs_.empty() && runs_.back().first >= from)
        runs_.pop_back();
}

void TermRuns::compact(std::uint64_t to) {
    while (runs_.size() > 1 && runs_[1].first <= to + 1)
        runs_.pop_front();
}

std::optional<std::uint64_t> TermRuns::at(std::uint64_t index) const {
    const auto after = std::upper_bound(runs_.begin(), runs_.end(), index,
                                        [](std::uint64_t i, const Run& run) { return i < run.first; });
    if (after == runs_.begin()) return std::nullopt;
    return std::prev(after)->term;
}

std::string LogTip::contradiction(const LogWrite& write) const {
    auto last = state_.last_index;
    if (write.truncate_from) {
        if (*write.truncate_from <= state_.base_index)
            return "erases from entry " + std::to_string(*write.truncate_from) + " on, but all up to " +
                   std::to_string(state_.base_index) + " is compacted away";
        last = std::min(last, *write.truncate_from - 1);
    }
    for (const LogRecord& record : write.append)
        if (record.index != ++last)
            return "appends entry " + std::to_string(record.index) + " where " + std::to_string(last) +
                   " belongs";
    if (write.compact_to && *write.compact_to > last)
        return "compacts up to entry " + std::to_string(*write.compact_to) + ", but the last one is " +
               std::to_string(last);
    return {};
}

std::optional<std::uint64_t> LogTip::compact_term(const LogWrite& write) const {
    if (!write.compact_to || *write.compact_to <= state_.base_index) return std::nullopt;
    if (!write.append.empty() && *write.compact_to >= write.append.front().index)
        return write.append[*write.compact_to - write.append.front().index].term;
    return terms_.at(*write.compact_to);
}

void LogTip::apply(const LogWrite& write, std::uint64_t compact_term) {
    if (write.vote) state_.vote = *write.vote;
    if (write.truncate_from && *write.truncate_from <= state_.last_index) {
        terms_.truncate(*write.truncate_from);
        state_.last_index = *write.truncate_from - 1;
    }
    for (const LogRecord& record : write.append) {
        terms_.append(record.index, record.term);
        state_.last_index = record.index;
    }
    if (write.compact_to && *write.compact_to > state_.base_index) {
        state_.base_index = *write.compact_to;
        state_.base_term = compact_term;
        terms_.compact(*write.compact_to);
    }
    if (write.reset) {
        terms_.clear();
        state_.base_index = state_.last_index = write.reset->base_index;
        state_.base_term = write.reset->base_term;
    }
    if (write.metadata) state_.metadata = *write.metadata;
}

} // namespace bookstore::storage
