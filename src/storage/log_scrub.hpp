#pragma once
/// \file
/// Verifies a log piece by piece while it is written.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <bookstore/storage/log_store.hpp>

#include "storage/log_folder.hpp"
#include "storage/log_step.hpp"

namespace bookstore::storage {

/// How much of the log there is, all of it durable.
struct LogExtent {
    std::uint64_t first = 0;   ///< the oldest segment that is needed
    std::uint64_t segment = 0; ///< the one that is written to; 0: nothing has been written yet
    std::uint64_t end = 0;     ///< in it
};

/// Thread: one at a time.
class LogScrub {
public:
    explicit LogScrub(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// As LogStore::scrub(). Nothing in `extent` changes meanwhile, but segments may go from its front.
    Scrubbed next(const LogExtent& extent, std::size_t max_bytes);
    /// The next piece is the first of a pass.
    void start_over() { at_ = ended_ = {}; }

private:
    /// None: it is not there, which may be right, once.
    std::optional<LogFile> open(std::uint64_t segment);
    /// The first bytes of a segment.
    void verify_beginning(const LogFile& file);
    /// Goes over the steps in `piece`, which was read at at_, and returns their bytes.
    std::size_t verify(std::string_view piece);
    /// Whether the segment at at_ goes on with another step than where the one before it has ended.
    bool goes_on_elsewhere(std::string_view piece) const;
    /// Damaged says what stands at `place`, in `file`.
    [[noreturn]] void damaged(const LogFile& file, StepPlace place) const;

    std::filesystem::path folder_;
    StepPlace at_;                     ///< segment 0: a pass begins; offset 0: a segment does
    StepPlace ended_;                  ///< where the segment before at_ has no further step
    std::optional<StepLink> expected_; ///< none: whatever the oldest segment begins with
    std::uint64_t missing_ = 0;        ///< a segment that was not there
};

} // namespace bookstore::storage
