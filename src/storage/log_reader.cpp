#include "storage/log_reader.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "storage/log_folder.hpp"
#include "storage/log_tail.hpp"
#include "storage/segment_header.hpp"

namespace bookstore::storage {
namespace {

std::string at_offset(std::uint64_t offset) {
    return "at offset " + std::to_string(offset);
}

class Reader {
public:
    explicit Reader(std::filesystem::path folder) : folder_(std::move(folder)) {}

    ReadLog read();

private:
    struct Segment {
        std::uint64_t number = 0;
        std::filesystem::path path;
        std::string bytes;
    };

    [[noreturn]] static void damaged(const std::filesystem::path& path, const std::string& what) {
        throw Damaged(path.string() + ": damaged: " + what);
    }
    [[noreturn]] static void unknown(const std::filesystem::path& path, const std::string& what) {
        throw std::runtime_error(path.string() + ": " + what +
                                 " was written by another program, a newer one most likely, and is not "
                                 "damaged: run the program that wrote it");
    }
    std::vector<std::uint64_t> in_one_piece(const std::vector<std::uint64_t>& numbers);
    Segment open(std::uint64_t number) const;
    bool read_segment(const Segment& segment);
    bool read_step(const Segment& segment);
    void begin(const Segment& segment, const LogStart& start);
    void take(const Segment& segment, const LogStep& step);
    void not_begun(const Segment& segment, bool last);
    void end_in(const Segment& segment, StepPlace at);
    void check_nothing_missing() const;

    std::filesystem::path folder_;
    ReadLog log_;
    std::deque<LogRecord> records_; ///< from the last one down, as far as they are known
    std::optional<Segment> begun_;  ///< the last that has been read
    std::uint64_t at_ = 0;          ///< in the segment being read
};

ReadLog Reader::read() {
    const auto numbers = in_one_piece(list_segments(folder_));
    for (const auto number : numbers) {
        auto segment = open(number);
        if (!read_segment(segment)) {
            not_begun(segment, number == numbers.back());
            break;
        }
        begun_ = std::move(segment);
    }
    if (begun_) end_in(*begun_, {begun_->number, log_.end});
    check_nothing_missing();
    const LogStart& state = log_.tip.state();
    log_.content = {state.vote, state.base_index, state.base_term, {}, state.metadata};
    log_.content.records.assign(std::make_move_iterator(records_.begin()),
                                std::make_move_iterator(records_.end()));
    return std::move(log_);
}

/// Segments are removed from the front. When a power cut has kept some of that from the disk there is a gap,
/// and what stands before it was to be removed too. Whether it was shows at the end: nothing is missing then.
std::vector<std::uint64_t> Reader::in_one_piece(const std::vector<std::uint64_t>& numbers) {
    auto first = numbers.end();
    while (first != numbers.begin() && (first == numbers.end() || *std::prev(first) + 1 == *first))
        --first;
    log_.left_over.assign(numbers.begin(), first);
    return {first, numbers.end()};
}

Reader::Segment Reader::open(std::uint64_t number) const {
    auto path = segment_path(folder_, number);
    const LogFile file(path, LogFile::For::reading);
    auto bytes = file.read_at(0, static_cast<std::size_t>(file.size()));
    const auto header = read_segment_header(bytes);
    if (!header) damaged(path, at_offset(0) + " there is no header of a segment");
    if (header->format != segment_format) unknown(path, "the segment");
    if (header->number != number) damaged(path, "it is segment " + std::to_string(header->number));
    if (bytes.size() < header->bytes)
        damaged(path, "cut short: it was made " + std::to_string(header->bytes) + " bytes long, and has " +
                          std::to_string(bytes.size()));
    return {number, std::move(path), std::move(bytes)};
}

/// False: it does not begin with the next step.
bool Reader::read_segment(const Segment& segment) {
    at_ = segment_header_bytes;
    if (!read_step(segment)) return false;
    while (read_step(segment))
        ;
    log_.end = at_;
    return true;
}

bool Reader::read_step(const Segment& segment) {
    const auto bytes = std::string_view(segment.bytes).substr(at_);
    const StepPlace place{segment.number, at_};
    const bool first = at_ == segment_header_bytes;
    if (of_other_format(bytes, place)) unknown(segment.path, at_offset(at_) + " the step");
    const auto header = read_header(bytes, place);
    if (!header || !intact(*header, bytes)) return false;
    if (!begun_ && first && segment.number > 1) log_.next = header->link; // the oldest that is left
    if (header->link != log_.next) return false;
    const auto step = decode_step(*header, bytes);
    if (!step || step->start.has_value() != first)
        damaged(segment.path, at_offset(at_) + ": " + header->name() + " holds what none can");
    if (step->start) begin(segment, *step->start);
    take(segment, *step);
    log_.last_step = at_;
    log_.next = header->next();
    at_ += header->bytes();
    return true;
}

void Reader::begin(const Segment& segment, const LogStart& start) {
    const bool known = begun_ || segment.number == 1;
    if (known ? start != log_.tip.state() : start.base_index > start.last_index)
        damaged(segment.path, "does not begin where the log before it ends");
    if (!known) log_.tip = LogTip(start);
    log_.segments.push_back({segment.number, 0});
}

void Reader::take(const Segment& segment, const LogStep& step) {
    const LogWrite& write = step.write;
    auto contradiction = log_.tip.contradiction(write);
    if (contradiction.empty() &&
        log_.tip.compact_term(write).value_or(step.compact_term) != step.compact_term)
        contradiction = "mistakes the term of what it compacts";
    if (!contradiction.empty()) damaged(segment.path, at_offset(at_) + ": a step that " + contradiction);
    log_.tip.apply(write, step.compact_term);

    while (write.truncate_from && !records_.empty() && records_.back().index >= *write.truncate_from)
        records_.pop_back();
    records_.insert(records_.end(), write.append.begin(), write.append.end());
    if (write.reset) records_.clear();
    while (!records_.empty() && records_.front().index <= log_.tip.state().base_index)
        records_.pop_front();

    note_step(log_.segments, write);
}

void Reader::not_begun(const Segment& segment, bool last) {
    const StepPlace beginning{segment.number, segment_header_bytes};
    const auto bytes = std::string_view(segment.bytes).substr(beginning.offset);
    const auto header = read_header(bytes, beginning);
    const auto there =
        at_offset(beginning.offset) + " there is " + describe_step(bytes, beginning, log_.next);
    if (begun_ && header && header->link != log_.next)
        damaged(begun_->path, at_offset(log_.end) + ", where step " + std::to_string(log_.next.number) +
                                  " belongs, there is " +
                                  describe_step(std::string_view(begun_->bytes).substr(log_.end),
                                                {begun_->number, log_.end}, log_.next) +
                                  ", but " + segment.path.filename().string() + " begins with " +
                                  header->name());
    if (!last) damaged(segment.path, there + ", though segments follow it");
    if (!begun_ && segment.number != 1) {
        if (bytes.find_first_not_of('\0') == bytes.npos)
            damaged(segment_path(folder_, segment.number - 1), "missing, though the one after it is there");
        damaged(segment.path, there);
    }
    log_.spare = segment.number;
    end_in(segment, beginning);
}

void Reader::end_in(const Segment& segment, StepPlace at) {
    const auto tail = examine_tail(segment.bytes, at, log_.next);
    if (tail.kind == LogTail::Kind::damaged) damaged(segment.path, tail.damage);
    if (tail.kind == LogTail::Kind::clean) return;
    if (log_.torn) damaged(segment.path, at_offset(at.offset) + " there is a second unfinished step");
    log_.torn = TornStep{at, tail.bytes};
}

void Reader::check_nothing_missing() const {
    const LogStart& state = log_.tip.state();
    const auto known = records_.empty() ? state.last_index + 1 : records_.front().index;
    if (known <= state.base_index + 1) return;
    damaged(segment_path(folder_, log_.segments.front().number - 1),
            "missing, and with it entries " + std::to_string(state.base_index + 1) + " to " +
                std::to_string(known - 1));
}

} // namespace

void note_step(std::deque<LogSegment>& segments, const LogWrite& write) {
    auto& highest = segments.back().highest;
    if (!write.append.empty()) highest = std::max(highest, write.append.back().index);
    if (!write.reset) return;
    for (LogSegment& segment : segments)
        segment.highest = 0;
}

ReadLog read_log(const std::filesystem::path& folder) {
    return Reader(folder).read();
}

} // namespace bookstore::storage
