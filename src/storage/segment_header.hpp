#pragma once
/// \file
/// What every segment begins with, from before it has its name: which one it is, and how long it was made.
///
///     at      bytes
///     0       4      "BKS" and the format's number, 1
///     4       4      zeros
///     8       8      the segment's number
///     16      8      the bytes that it was filled to. It may have grown since, it never gets shorter
///     24      8      hash64 of the 24 bytes above
///
/// The steps follow (log_step.hpp). Every later format keeps the hash where it is: an older program has to
/// tell a segment that it does not know from one that is damaged.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bookstore::storage {

inline constexpr std::size_t segment_header_bytes = 32;
inline constexpr char segment_format = '1';

struct SegmentHeader {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
    char format = segment_format;
};

std::string encode_segment_header(const SegmentHeader& header);

/// Of a whole file. None: its beginning is not as any program wrote it. Of another format nothing but that is
/// known.
std::optional<SegmentHeader> read_segment_header(std::string_view segment);

} // namespace bookstore::storage
