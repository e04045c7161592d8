#include "storage/segmented_log.hpp"

#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/log.hpp>

#include "storage/files.hpp"
#include "storage/log_folder.hpp"
#include "storage/log_reader.hpp"
#include "storage/log_scrub.hpp"
#include "storage/log_traces.hpp"
#include "storage/segment_header.hpp"
#include "storage/segment_keeper.hpp"
#include "storage/set_aside.hpp"

namespace bookstore::storage {
namespace {

std::filesystem::path log_folder(const std::filesystem::path& directory) {
    return directory / "log";
}

class SegmentedLog final : public LogStore {
public:
    SegmentedLog(const std::filesystem::path& directory, const LogOptions& options);

    LoadedLog load() override;
    void write(const LogWrite& step) override;
    Scrubbed scrub(std::size_t max_bytes) override;
    std::string set_aside() override;

private:
    void repair(const ReadLog& found);
    void go_on_behind(ReadLog& found);
    void write_step(const LogWrite& step);
    StepPlace end() const;
    bool begin_segment();
    void tidy_up();
    void publish_extent(std::size_t obsolete = 0);
    [[noreturn]] void refuse(const std::string& operation) const;

    const std::filesystem::path folder_;
    const LogOptions options_;
    const DirectoryLock lock_;

    bool loaded_ = false;
    std::string failure_; ///< of a write; empty: none has failed
    LogTip tip_;
    StepLink next_{1, 0};
    std::deque<LogSegment> segments_; ///< the last is being written to
    std::optional<LogFile> file_;     ///< of that one; none: nothing has been written
    std::uint64_t end_ = 0;           ///< in it
    std::uint64_t spare_after_ = 0;   ///< no sooner than at that end is a spare tried again
    SegmentKeeper keeper_;

    std::mutex extent_mutex_;
    LogExtent extent_; ///< for the thread that scrubs
    LogScrub scrub_;   ///< that thread's
};

SegmentedLog::SegmentedLog(const std::filesystem::path& directory, const LogOptions& options)
    : folder_(log_folder(directory)),
      options_(options),
      lock_(directory),
      keeper_(folder_, options.segment_bytes, *options.calls),
      scrub_(folder_) {
    create_directory_durably(folder_);
}

LoadedLog SegmentedLog::load() {
    if (!failure_.empty()) refuse("load");
    keeper_.wait();
    file_.reset();
    try {
        auto found = read_log(folder_);
        repair(found);
        go_on_behind(found);
        found.content.another_set_aside = is_set_aside(folder_);
        return std::move(found.content);
    } catch (const Damaged& damage) {
        throw Damaged(std::string(damage.what()) +
                      ". Votes may be lost with it, so this replica must not go on under its old name");
    }
}

/// What a crash has left is brought in order before anything is written, durably.
void SegmentedLog::repair(const ReadLog& found) {
    remove_segments(folder_, found.left_over, *options_.calls);
    remove_unfinished(folder_, *options_.calls);
    if (found.torn) {
        const auto path = segment_path(folder_, found.torn->place.segment);
        base::log::warning(
            "the log's last step was not finished when its process ended: it is dropped",
            {{"file", path.string()}, {"offset", found.torn->place.offset}, {"bytes", found.torn->bytes}});
        LogFile file(path, LogFile::For::writing, *options_.calls);
        file.write_at(found.torn->place.offset, std::string(found.torn->bytes, '\0'));
        file.sync_data();
    }
    if (!found.segments.empty()) {
        // The sync of the last step may have failed, or never been asked for; from now on the step counts.
        // The kernel need not write a page a second time that it has failed to write: so it is written anew.
        LogFile file(segment_path(folder_, found.segments.back().number), LogFile::For::writing,
                     *options_.calls);
        file.write_at(found.last_step, file.read_at(found.last_step, found.end - found.last_step));
        file.sync_data();
    }
    sync_folder(folder_, *options_.calls);
    // Whoever made the folder may have died before its name was durable.
    sync_folder(folder_.parent_path(), *options_.calls);
}

void SegmentedLog::go_on_behind(ReadLog& found) {
    tip_ = std::move(found.tip);
    next_ = found.next;
    segments_ = std::move(found.segments);
    end_ = found.end;
    spare_after_ = 0;
    keeper_.set_spare(found.spare);
    if (!segments_.empty())
        file_.emplace(segment_path(folder_, segments_.back().number), LogFile::For::writing, *options_.calls);
    else if (!found.spare) {
        make_segment(folder_, 1, options_.segment_bytes, *options_.calls);
        keeper_.set_spare(1);
    }
    publish_extent();
    scrub_.start_over();
    loaded_ = true;
}

void SegmentedLog::write(const LogWrite& step) {
    INVARIANT(loaded_);
    if (!failure_.empty()) refuse("write");
    try {
        write_step(step);
    } catch (const std::exception& failure) {
        failure_ = failure.what();
        throw;
    }
    tidy_up();
    publish_extent();
}

void SegmentedLog::write_step(const LogWrite& step) {
    INVARIANT(tip_.contradiction(step).empty());
    const auto compact_term = tip_.compact_term(step).value_or(0);
    auto encoded = encode_step(step, std::nullopt, compact_term, end(), next_);
    const bool full = !file_ || end_ + encoded.bytes.size() > options_.segment_bytes;
    if (full && begin_segment()) encoded = encode_step(step, tip_.state(), compact_term, end(), next_);
    file_->write_at(end_, encoded.bytes);
    file_->sync_data();
    end_ += encoded.bytes.size();
    next_ = encoded.next;
    tip_.apply(step, compact_term);
    note_step(segments_, step);
}

StepPlace SegmentedLog::end() const {
    return {segments_.empty() ? 0 : segments_.back().number, end_};
}

/// The spare becomes the segment that is written to. False: there is none, or none yet, and the one at hand
/// grows: whoever waits for a step does not wait for the disk to take a whole segment.
bool SegmentedLog::begin_segment() {
    if (keeper_.busy()) return false;
    const auto spare = keeper_.spare();
    if (!spare) return false;
    file_.emplace(segment_path(folder_, *spare), LogFile::For::writing, *options_.calls);
    segments_.push_back({*spare, 0});
    end_ = segment_header_bytes;
    spare_after_ = 0;
    keeper_.set_spare(std::nullopt);
    return true;
}

/// The step is durable already: whatever fails here is for another time.
void SegmentedLog::tidy_up() {
    if (keeper_.busy()) return;
    std::vector<std::uint64_t> obsolete;
    while (obsolete.size() + 1 < segments_.size() &&
           segments_[obsolete.size()].obsolete(tip_.state().base_index))
        obsolete.push_back(segments_[obsolete.size()].number);
    std::optional<std::uint64_t> spare;
    if (!keeper_.spare() && end_ >= spare_after_) {
        spare = segments_.back().number + 1;
        spare_after_ = end_ + options_.segment_bytes / 4; // should it fail
    }
    const auto count = obsolete.size();
    publish_extent(count); // what is being removed is not scrubbed
    if ((spare || count > 0) && keeper_.begin(spare, std::move(obsolete)))
        segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(count));
}

void SegmentedLog::publish_extent(std::size_t obsolete) {
    const std::lock_guard lock(extent_mutex_);
    extent_ = segments_.empty() ? LogExtent{}
                                : LogExtent{segments_[obsolete].number, segments_.back().number, end_};
}

Scrubbed SegmentedLog::scrub(std::size_t max_bytes) {
    LogExtent extent;
    {
        const std::lock_guard lock(extent_mutex_);
        extent = extent_;
    }
    return scrub_.next(extent, max_bytes);
}

std::string SegmentedLog::set_aside() {
    keeper_.wait();
    file_.reset();
    loaded_ = false;
    const auto worth = tells_of_entries(folder_) ? Kept::this_one : Kept::former;
    auto kept = set_folder_aside(folder_, worth);
    create_directory_durably(folder_);
    return kept.string();
}

void SegmentedLog::refuse(const std::string& operation) const {
    throw std::runtime_error(folder_.string() + ": " + operation +
                             " refused after an earlier failure: " + failure_);
}

/// Nothing that has this was ever released.
void refuse_former(const std::filesystem::path& directory) {
    const auto former = directory / "log.db";
    if (std::filesystem::exists(former))
        throw std::runtime_error(former.string() +
                                 ": the log of an earlier format, which this program does not read: start on "
                                 "an empty data directory");
}

} // namespace

std::unique_ptr<LogStore> open_log(const std::filesystem::path& directory, const LogOptions& options) {
    refuse_former(directory);
    return std::make_unique<SegmentedLog>(directory, options);
}

std::unique_ptr<LogStore> open_log(const std::string& directory) {
    return open_log(directory, {});
}

LoadedLog inspect_log(const std::string& directory) {
    refuse_former(directory);
    return read_log(log_folder(directory)).content;
}

} // namespace bookstore::storage
