#pragma once
/// \file
/// What the log is at one moment, but for the entries' payloads: what a writer has to know of it, and what
/// whoever reads it finds out step by step. Pure.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include <bookstore/storage/log_store.hpp>

#include "storage/log_step.hpp"

namespace bookstore::storage {

/// Which term each entry has, as far as the entries are known. Terms change rarely: a few numbers.
class TermRuns {
public:
    void append(std::uint64_t index, std::uint64_t term);
    void truncate(std::uint64_t from);
    /// Entries up to `to` are not asked for any more.
    void compact(std::uint64_t to);
    void clear() { runs_.clear(); }
    std::optional<std::uint64_t> at(std::uint64_t index) const;

private:
    struct Run {
        std::uint64_t first = 0;
        std::uint64_t term = 0;
    };
    std::deque<Run> runs_; ///< by rising index, each up to the next one's first
};

class LogTip {
public:
    LogTip() = default;
    /// Entries up to start.last_index have unknown terms.
    explicit LogTip(LogStart start) : state_(std::move(start)) {}

    const LogStart& state() const { return state_; }

    /// Why `write` cannot be the next step; empty: it can.
    std::string contradiction(const LogWrite& write) const;
    /// Of the entry write.compact_to, which `write` itself may append. None: unknown, or it compacts nothing.
    /// A write without contradiction.
    std::optional<std::uint64_t> compact_term(const LogWrite& write) const;
    /// A write without contradiction.
    void apply(const LogWrite& write, std::uint64_t compact_term);

private:
    LogStart state_;
    TermRuns terms_;
};

} // namespace bookstore::storage
