#include "storage/segment_keeper.hpp"

#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

#include <bookstore/base/log.hpp>

#include "storage/log_folder.hpp"

namespace bookstore::storage {
namespace {

/// Whether it is there.
bool make_spare(const std::filesystem::path& folder, std::uint64_t number, std::size_t bytes,
                DiskCalls& calls) {
    try {
        make_segment(folder, number, bytes, calls);
        return true;
    } catch (const std::exception& failure) {
        base::log::warning("the log's next segment cannot be made: it goes on in the one it has",
                           {{"cause", failure.what()}});
        return false;
    }
}

void remove_obsolete(const std::filesystem::path& folder, const std::vector<std::uint64_t>& numbers,
                     DiskCalls& calls) {
    try {
        remove_segments(folder, numbers, calls);
    } catch (const std::exception& failure) {
        base::log::warning("segments of the log that are not needed cannot be removed",
                           {{"cause", failure.what()}});
    }
}

} // namespace

SegmentKeeper::SegmentKeeper(std::filesystem::path folder, std::size_t segment_bytes, DiskCalls& calls)
    : folder_(std::move(folder)), segment_bytes_(segment_bytes), calls_(calls) {}

SegmentKeeper::~SegmentKeeper() {
    wait();
}

bool SegmentKeeper::begin(std::optional<std::uint64_t> spare, std::vector<std::uint64_t> obsolete) {
    auto work = [this, spare, obsolete = std::move(obsolete)] {
        remove_obsolete(folder_, obsolete, calls_);
        return spare && make_spare(folder_, *spare, segment_bytes_, calls_);
    };
    try {
        // A thread for each: there is one for some megabytes of log.
        work_ = calls_.beside(std::move(work));
    } catch (const std::system_error& failure) {
        base::log::warning("there is no thread for the log's next segment: it goes on in the one it has",
                           {{"cause", failure.what()}});
        return false;
    }
    wanted_ = spare;
    return true;
}

bool SegmentKeeper::busy() {
    if (!work_.valid()) return false;
    if (work_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return true;
    wait();
    return false;
}

void SegmentKeeper::wait() {
    if (work_.valid() && work_.get()) spare_ = wanted_;
}

} // namespace bookstore::storage
