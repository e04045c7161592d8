#include "storage/log_scrub.hpp"

#include <algorithm>
#include <system_error>

#include "storage/log_tail.hpp"
#include "storage/segment_header.hpp"

namespace bookstore::storage {
namespace {

/// From `from` on, of a segment that ends at `end`: from the disk, and not from what is remembered of having
/// written it. More than `bytes` if the first step is longer.
std::string read_piece(const LogFile& file, StepPlace from, std::size_t bytes, std::uint64_t end) {
    const auto left = static_cast<std::size_t>(end - from.offset);
    const auto read = [&](std::size_t count) {
        file.forget_cached(from.offset, count);
        return file.read_at(from.offset, count);
    };
    auto piece = read(std::min(left, std::max(bytes, step_header_bytes)));
    const auto header = read_header(piece, from);
    if (header && header->bytes() > piece.size() && header->bytes() <= left) piece = read(header->bytes());
    return piece;
}

} // namespace

Scrubbed LogScrub::next(const LogExtent& extent, std::size_t max_bytes) {
    if (extent.segment == 0) return {0, true};
    if (at_.segment < extent.first) at_ = {extent.first, 0};
    if (at_.offset == 0 && ended_.segment < extent.first) expected_.reset();
    const auto file = open(at_.segment);
    if (!file) return {};
    if (at_.offset == 0) verify_beginning(*file);
    const bool last = at_.segment == extent.segment;
    const auto size = file->size();
    const auto end = last ? extent.end : size;
    if (end > size) damaged(*file, at_);
    const auto piece = read_piece(*file, at_, max_bytes, end);
    const bool first = at_.offset == segment_header_bytes;
    const auto verified = verify(piece);
    if (last && at_.offset == end) {
        start_over();
        return {verified, true};
    }
    if (verified > 0) return {verified, false};
    if (first && goes_on_elsewhere(piece)) {
        const auto before = open(ended_.segment);
        if (!before) return {};
        damaged(*before, ended_);
    }
    // No step: beyond the last one of a segment that is not written to any more, the next one goes on.
    if (last || first) damaged(*file, at_);
    ended_ = at_;
    at_ = {at_.segment + 1, 0};
    return {};
}

std::optional<LogFile> LogScrub::open(std::uint64_t segment) {
    try {
        return LogFile(segment_path(folder_, segment), LogFile::For::reading);
    } catch (const std::system_error& failure) {
        if (failure.code() != std::errc::no_such_file_or_directory) throw;
        // It may have been removed this moment: then the next extent begins behind it.
        if (missing_ == segment)
            throw Damaged(segment_path(folder_, segment).string() + ": damaged: missing");
        missing_ = segment;
        start_over();
        return std::nullopt;
    }
}

void LogScrub::verify_beginning(const LogFile& file) {
    file.forget_cached(0, segment_header_bytes);
    const auto header = read_segment_header(file.read_at(0, segment_header_bytes));
    if (!header || header->format != segment_format || header->number != at_.segment)
        throw Damaged(file.path().string() + ": damaged: at offset 0 there is no header of this segment");
    if (file.size() < header->bytes) throw Damaged(file.path().string() + ": damaged: cut short");
    at_.offset = segment_header_bytes;
}

std::size_t LogScrub::verify(std::string_view piece) {
    const auto begin = at_.offset;
    while (!piece.empty()) {
        const auto header = read_header(piece, at_);
        if (!header || !intact(*header, piece) || (expected_ && header->link != *expected_)) break;
        expected_ = header->next();
        at_.offset += header->bytes();
        piece.remove_prefix(header->bytes());
    }
    return static_cast<std::size_t>(at_.offset - begin);
}

bool LogScrub::goes_on_elsewhere(std::string_view piece) const {
    const auto header = read_header(piece, at_);
    return expected_ && header && header->link != *expected_;
}

void LogScrub::damaged(const LogFile& file, StepPlace place) const {
    const auto expected = expected_.value_or(StepLink{});
    std::string what = "at offset " + std::to_string(place.offset);
    if (expected_) what += ", where step " + std::to_string(expected.number) + " belongs,";
    const auto size = static_cast<std::size_t>(file.size());
    const auto bytes = place.offset < size ? file.read_at(place.offset, size - place.offset) : std::string();
    throw Damaged(file.path().string() + ": damaged: " + what + " there is " +
                  describe_step(bytes, place, expected));
}

} // namespace bookstore::storage
