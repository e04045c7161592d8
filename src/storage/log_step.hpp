#pragma once
/// \file
/// How one durable step stands in a segment of the log: the one description of the format.
///
///     at      bytes
///     0       4      "BKL" and the format's number, 1
///     4       4      n, the bytes of the body
///     8       8      the step's number: the log's first is 1, each further one is one more
///     16      8      the checksum that ends the header of the step before it; 0 in the log's first
///     24      8      index of the first entry in it, 0: none      (these two are in the header so that
///     32      8      how many entries                              damage to the body can be named)
///     40      8      hash64 of the body
///     48      8      hash64 of the segment's number, the step's offset in it, and the 48 bytes above
///     56      n      body: which parts there are, and the parts
///     56 + n  1..8   0xa5, up to the next multiple of 8: a step never ends in a byte that was there before
///
/// Every later format keeps the checksum of the header where it is, and bytes that have the right one: an
/// older program has to tell a step that it does not know from one that is damaged.
///
/// Numbers are little-endian. The first step of each segment carries a LogStart, so nothing that stands in
/// the segments before it is needed but the entries.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <bookstore/storage/log_store.hpp>

namespace bookstore::storage {

/// What the log is before a step, but for the entries.
struct LogStart {
    VoteRecord vote;
    std::uint64_t base_index = 0;
    std::uint64_t base_term = 0;
    std::uint64_t last_index = 0;
    std::string metadata;

    bool operator==(const LogStart&) const = default;
};

/// Where a step stands. Part of its checksum: a step that is found anywhere else is none.
struct StepPlace {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
};

/// Which step it is.
struct StepLink {
    std::uint64_t number = 0;
    std::uint64_t previous = 0; ///< checksum of the header of number - 1

    bool operator==(const StepLink&) const = default;
};

inline constexpr std::size_t step_header_bytes = 56;
/// Steps begin and end at multiples of it.
inline constexpr std::size_t step_alignment = 8;

struct StepHeader {
    StepLink link;
    std::size_t body_bytes = 0;
    std::uint64_t first_index = 0; ///< 0: no entries
    std::uint64_t entries = 0;
    std::uint64_t body_hash = 0;
    std::uint64_t hash = 0; ///< of the header itself

    /// With header and padding.
    std::size_t bytes() const;
    /// The link of the step that follows.
    StepLink next() const { return {link.number + 1, hash}; }
    /// "step 7 (entries 12 to 15)"
    std::string name() const;
};

/// The header at the beginning of `bytes`, where it is one for `place`.
std::optional<StepHeader> read_header(std::string_view bytes, StepPlace place);

/// Whether a program that knows another format, or more parts of this one, wrote what is at `place`: its
/// checksums are right.
bool of_other_format(std::string_view bytes, StepPlace place);

/// Whether `bytes`, which begin with `header`, hold all of the step, as it was written.
bool intact(const StepHeader& header, std::string_view bytes);

struct LogStep {
    std::optional<LogStart> start;
    LogWrite write;
    std::uint64_t compact_term = 0; ///< of the entry write.compact_to
};

/// Of an intact step. None: that checksum was made over what no step can be. Every index and term that comes
/// out is below 2^63.
std::optional<LogStep> decode_step(const StepHeader& header, std::string_view bytes);

struct EncodedStep {
    std::string bytes;
    StepLink next; ///< of the step that follows
};

/// `start`: it is the first of its segment.
EncodedStep encode_step(const LogWrite& write, const std::optional<LogStart>& start,
                        std::uint64_t compact_term, StepPlace place, StepLink link);

/// Any bytes as the body of a step.
EncodedStep frame_step(std::string_view body, std::uint64_t first_index, std::uint64_t entries,
                       StepPlace place, StepLink link);

} // namespace bookstore::storage
