#include "storage/log_scrub.hpp"

#include <algorithm>
#include <system_error>

#include "storage/log_tail.hpp"

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
    if (at_.segment < extent.first) {
        at_ = {extent.first, 0};
        expected_.reset();
    }
    const auto file = open();
    if (!file) return {};
    const bool last = at_.segment == extent.segment;
    const auto size = file->size();
    const auto end = last ? extent.end : size;
    if (end > size) damaged(*file);
    const auto verified = verify(read_piece(*file, at_, max_bytes, end));
    if (last && at_.offset == end) {
        start_over();
        return {verified, true};
    }
    if (verified > 0) return {verified, false};
    // No step: beyond the last one of a segment that is not written to any more, the next one goes on.
    if (last || at_.offset == 0) damaged(*file);
    at_ = {at_.segment + 1, 0};
    return {};
}

std::optional<LogFile> LogScrub::open() {
    try {
        return LogFile(segment_path(folder_, at_.segment), LogFile::For::reading);
    } catch (const std::system_error& failure) {
        if (failure.code() != std::errc::no_such_file_or_directory) throw;
        // It may have been removed this moment: then the next extent begins behind it.
        if (missing_ == at_.segment)
            throw Damaged(segment_path(folder_, at_.segment).string() + ": damaged: missing");
        missing_ = at_.segment;
        start_over();
        return std::nullopt;
    }
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

void LogScrub::damaged(const LogFile& file) const {
    const auto expected = expected_.value_or(StepLink{});
    std::string what = "at offset " + std::to_string(at_.offset);
    if (expected_) what += ", where step " + std::to_string(expected.number) + " belongs,";
    const auto size = static_cast<std::size_t>(file.size());
    const auto bytes = at_.offset < size ? file.read_at(at_.offset, size - at_.offset) : std::string();
    throw Damaged(file.path().string() + ": damaged: " + what + " there is " +
                  describe_step(bytes, at_, expected));
}

} // namespace bookstore::storage
