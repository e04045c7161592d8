#pragma once
/// \file
/// Reads a whole log from its folder, and finds out where it ends and whether it is what was written.
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <vector>

#include <bookstore/storage/log_store.hpp>

#include "storage/log_step.hpp"
#include "storage/log_tip.hpp"

namespace bookstore::storage {

/// A segment that has been begun.
struct LogSegment {
    std::uint64_t number = 0;
    std::uint64_t highest = 0; ///< no entry above it is in here, but for those that a reset has erased

    /// Nothing of it is needed any more, if it is not the last.
    bool obsolete(std::uint64_t base_index) const { return highest <= base_index; }
};

/// `write` is in the last of `segments`.
void note_step(std::deque<LogSegment>& segments, const LogWrite& write);

/// What a crash left of a step.
struct TornStep {
    StepPlace place;
    std::size_t bytes = 0;
};

struct ReadLog {
    LoadedLog content;
    LogTip tip;
    std::deque<LogSegment> segments;      ///< begun ones, oldest first; empty: a log never written to
    std::vector<std::uint64_t> left_over; ///< before a gap: removed, but not all of them durably
    StepLink next{1, 0};                  ///< the step to come
    std::uint64_t last_step = 0;          ///< where the last step begins, in the last segment,
    std::uint64_t end = 0;                ///< and ends
    std::optional<std::uint64_t> spare;   ///< its number
    std::optional<TornStep> torn;         ///< in the last segment or the spare
};

/// Changes nothing. Damaged names the file, where in it, and what is wrong. What has the right checksums and
/// is of a format that is not known is std::runtime_error; other failures are std::system_error.
ReadLog read_log(const std::filesystem::path& folder);

} // namespace bookstore::storage
