#pragma once
/// \file
/// XXH3 (xxHash 0.8), for checksums of frames and records, for the rows of a digest, and for hash tables.
/// Finds accidents, not forgeries.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bookstore::base {

std::uint64_t hash64(std::string_view bytes);

/// The low half of hash64: enough for a frame of a few megabytes.
std::uint32_t checksum32(std::string_view bytes);

/// For tables of what strangers choose, keys and queries: with a seed that each process draws anew, so that
/// nobody can prepare a thousand that meet in one place. Never stored or sent, and nothing may follow from
/// the order that it gives a table. Not noexcept on purpose: libstdc++ then keeps each key's hash, and
/// walking a bucket reads no other key.
struct TableHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const;
};

} // namespace bookstore::base
