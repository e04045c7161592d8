#include "storage/log_tail.hpp"

#include <algorithm>
#include <optional>

namespace bookstore::storage {
namespace {

constexpr std::size_t sector_bytes = 512;

bool all_zero(std::string_view bytes) {
    return bytes.find_first_not_of('\0') == bytes.npos;
}

/// Offset behind the last byte that is not zero.
std::size_t used_bytes(std::string_view segment) {
    const auto last = segment.find_last_not_of('\0');
    return last == segment.npos ? 0 : last + 1;
}

/// Whether what [from, to) has of some sector is all zeros, or beyond the end of the file.
bool lacks_sector(std::string_view segment, std::size_t from, std::size_t to) {
    if (to > segment.size()) return true;
    while (from < to) {
        const auto end = std::min(to, (from / sector_bytes + 1) * sector_bytes);
        if (all_zero(segment.substr(from, end - from))) return true;
        from = end;
    }
    return false;
}

std::optional<StepHeader> later_step(std::string_view segment, StepPlace at, std::size_t end) {
    for (auto offset = at.offset + step_alignment; offset + step_header_bytes <= end;
         offset += step_alignment)
        if (const auto header = read_header(segment.substr(offset), {at.segment, offset})) return header;
    return std::nullopt;
}

/// Only the beginning, or the end, of what was being written is there.
bool torn(std::string_view segment, StepPlace at, std::size_t used, const std::optional<StepHeader>& header) {
    if (!header) {
        const auto header_end = at.offset + step_header_bytes;
        return used < header_end || lacks_sector(segment, at.offset, header_end);
    }
    const auto end = at.offset + header->bytes();
    return used <= end && (used < end || lacks_sector(segment, at.offset, end));
}

} // namespace

std::string describe_step(std::string_view bytes, StepPlace at, StepLink expected) {
    const auto header = read_header(bytes, at);
    if (!header) return all_zero(bytes.substr(0, step_header_bytes)) ? "nothing" : "no step";
    if (header->link.number != expected.number) return header->name();
    if (header->link.previous != expected.previous)
        return header->name() + ", which does not follow on the one before";
    if (!intact(*header, bytes)) return header->name() + ", which does not match its checksum";
    return header->name();
}

LogTail examine_tail(std::string_view segment, StepPlace at, StepLink expected) {
    const auto used = used_bytes(segment);
    if (used <= at.offset) return {};
    const auto bytes = segment.substr(at.offset);
    const auto where = "at offset " + std::to_string(at.offset) + ", where step " +
                       std::to_string(expected.number) + " belongs, there is " +
                       describe_step(bytes, at, expected);
    if (const auto later = later_step(segment, at, used))
        return {LogTail::Kind::damaged, 0, where + ", and " + later->name() + " behind it"};
    const auto header = read_header(bytes, at);
    if (header && header->link != expected) return {LogTail::Kind::damaged, 0, where};
    if (!torn(segment, at, used, header)) return {LogTail::Kind::damaged, 0, where};
    return {LogTail::Kind::torn, used - at.offset, {}};
}

} // namespace bookstore::storage
