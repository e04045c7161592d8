#pragma once
/// \file
/// XXH3 (xxHash 0.8), for checksums of frames and records and for the rows of a digest.
/// Finds accidents, not forgeries.
#include <cstdint>
#include <string_view>

namespace bookstore::base {

std::uint64_t hash64(std::string_view bytes);

/// The low half of hash64: enough for a frame of a few megabytes.
std::uint32_t checksum32(std::string_view bytes);

} // namespace bookstore::base
