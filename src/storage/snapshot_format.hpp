#pragma once
/// \file
/// The pieces of a snapshot's bytes.
///
///     "BKSTATE\n", u32 format
///     blocks: u8 kind, u64 number (from 0), u32 bytes of payload, u32 checksum of these; payload, u64 hash
///     of it
///         the first  kind 1: tables (string), u64 index, u64 term
///         then       kind 2: rows: u8 table, then each value, an integer zigzag, a text with its length
///         the last   kind 3: varint rows, u64 digest, u64 checksum (the hashes of all blocks before, folded)
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/table.hpp>

namespace bookstore::storage::snapshot_format {

inline constexpr std::string_view magic = "BKSTATE\n";
inline constexpr std::uint32_t version = 2;

inline constexpr std::uint8_t kind_beginning = 1;
inline constexpr std::uint8_t kind_rows = 2;
inline constexpr std::uint8_t kind_end = 3;

struct BlockHead {
    std::uint8_t kind = 0;
    std::uint64_t number = 0;
    std::uint32_t payload_bytes = 0;
};
inline constexpr std::size_t head_bytes = 1 + 8 + 4 + 4;
inline constexpr std::size_t hash_bytes = 8;

std::string encode(const BlockHead& head);
/// False: it does not match its checksum.
bool decode(std::string_view bytes, BlockHead& head);

/// The checksum of a whole as it grows by a block's hash.
std::uint64_t fold(std::uint64_t checksum, std::uint64_t block_hash);

/// Names and columns of `tables`: two programs that have them alike understand each other's rows.
std::string describe(std::span<const base::Table> tables);

void write_row(base::ByteWriter& out, std::uint8_t table, const base::Row& row);
/// False: `rows` is not what write_row() wrote, though what was visited may have looked like it.
bool read_rows(std::string_view rows, std::span<const base::Table> tables,
               const std::function<void(std::uint8_t table, const base::Row& row)>& visit);

} // namespace bookstore::storage::snapshot_format
