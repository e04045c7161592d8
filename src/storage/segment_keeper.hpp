#pragma once
/// \file
/// Makes the next segment and removes those that are not needed any more, beside the writing.
#include <cstdint>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "storage/disk_calls.hpp"

namespace bookstore::storage {

/// Thread: one at a time; the work is done on another. Failures are logged and leave everything as it was: a
/// log without a spare goes on in the segment that it has.
class SegmentKeeper {
public:
    /// `calls` outlives it.
    SegmentKeeper(std::filesystem::path folder, std::size_t segment_bytes, DiskCalls& calls);
    ~SegmentKeeper();
    SegmentKeeper(const SegmentKeeper&) = delete;
    SegmentKeeper& operator=(const SegmentKeeper&) = delete;

    /// Begins to make segment `spare`, if any, and to remove `obsolete`. Not while busy(). False: nothing has
    /// begun, for want of a thread.
    bool begin(std::optional<std::uint64_t> spare, std::vector<std::uint64_t> obsolete);
    /// Something has been begun and not ended. What has ended is taken note of.
    bool busy();
    /// Waits for what was begun.
    void wait();

    /// A spare that is ready, or was there at the start.
    std::optional<std::uint64_t> spare() const { return spare_; }
    void set_spare(std::optional<std::uint64_t> number) { spare_ = number; }

private:
    std::filesystem::path folder_;
    std::size_t segment_bytes_;
    DiskCalls& calls_;
    std::optional<std::uint64_t> spare_;
    std::optional<std::uint64_t> wanted_;
    std::future<bool> work_; ///< whether the spare was made
};

} // namespace bookstore::storage
