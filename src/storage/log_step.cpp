#include "storage/log_step.hpp"

#include <array>
#include <limits>
#include <utility>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/error.hpp>
#include <bookstore/base/hash.hpp>

namespace bookstore::storage {
namespace {

constexpr std::string_view magic = "BKL1";
constexpr std::string_view magic_of_any_format = magic.substr(0, 3);
constexpr std::size_t hashed_header_bytes = step_header_bytes - sizeof(std::uint64_t);
constexpr std::array<char, step_header_bytes> zeros{};
constexpr std::string_view room_for_header{zeros.data(), zeros.size()};
constexpr char padding = '\xa5';
constexpr std::uint64_t number_max = std::numeric_limits<std::int64_t>::max();

enum Part : std::uint8_t {
    part_start = 1,
    part_vote = 2,
    part_truncate = 4,
    part_append = 8,
    part_compact = 16,
    part_reset = 32,
    part_metadata = 64,
    parts_known = 127,
};

std::uint64_t header_hash(std::string_view hashed, StepPlace place) {
    base::ByteWriter bytes;
    bytes.u64(place.segment);
    bytes.u64(place.offset);
    bytes.raw(hashed);
    return base::hash64(bytes.view());
}

bool whole_header(std::string_view bytes, StepPlace place) {
    if (bytes.size() < step_header_bytes || !bytes.starts_with(magic_of_any_format)) return false;
    base::ByteReader hash(bytes.substr(hashed_header_bytes, sizeof(std::uint64_t)));
    return hash.u64() == header_hash(bytes.substr(0, hashed_header_bytes), place);
}

std::uint8_t parts_of(const LogWrite& write, bool start) {
    return static_cast<std::uint8_t>(
        (start ? part_start : 0) | (write.vote ? part_vote : 0) | (write.truncate_from ? part_truncate : 0) |
        (write.append.empty() ? 0 : part_append) | (write.compact_to ? part_compact : 0) |
        (write.reset ? part_reset : 0) | (write.metadata ? part_metadata : 0));
}

/// Enough for all but the first step of a segment, and those with metadata.
std::size_t usual_bytes(const LogWrite& write) {
    constexpr std::size_t record_bytes = 16; ///< beside its payload
    constexpr std::size_t other_parts_bytes = 64;
    std::size_t bytes = step_header_bytes + other_parts_bytes + step_alignment;
    for (const LogRecord& record : write.append)
        bytes += record.payload->size() + record_bytes;
    return bytes;
}

void encode_body(base::ByteWriter& out, const LogWrite& write, const std::optional<LogStart>& start,
                 std::uint64_t compact_term) {
    out.u8(parts_of(write, start.has_value()));
    if (start) {
        out.u64(start->vote.term);
        out.u64(start->vote.vote);
        out.u64(start->base_index);
        out.u64(start->base_term);
        out.u64(start->last_index);
        out.string(start->metadata);
    }
    if (write.vote) {
        out.u64(write.vote->term);
        out.u64(write.vote->vote);
    }
    if (write.truncate_from) out.u64(*write.truncate_from);
    for (const LogRecord& record : write.append) {
        out.varint(record.term);
        out.u8(record.kind);
        out.string(*record.payload);
    }
    if (write.compact_to) {
        out.u64(*write.compact_to);
        out.u64(compact_term);
    }
    if (write.reset) {
        out.u64(write.reset->base_index);
        out.u64(write.reset->base_term);
    }
    if (write.metadata) out.string(*write.metadata);
}

/// Fills in header.hash.
std::string encode_header(StepHeader& header, StepPlace place) {
    base::ByteWriter out;
    out.raw(magic);
    out.u32(static_cast<std::uint32_t>(header.body_bytes));
    out.u64(header.link.number);
    out.u64(header.link.previous);
    out.u64(header.first_index);
    out.u64(header.entries);
    out.u64(header.body_hash);
    header.hash = header_hash(out.view(), place);
    out.u64(header.hash);
    return out.take();
}

/// `bytes`: room for the header, and the body.
EncodedStep finish(std::string bytes, std::uint64_t first_index, std::uint64_t entries, StepPlace place,
                   StepLink link) {
    StepHeader header;
    header.link = link;
    header.body_bytes = bytes.size() - step_header_bytes;
    INVARIANT(header.body_bytes <= std::numeric_limits<std::uint32_t>::max());
    header.first_index = first_index;
    header.entries = entries;
    header.body_hash = base::hash64(std::string_view(bytes).substr(step_header_bytes));
    bytes.replace(0, step_header_bytes, encode_header(header, place));
    bytes.resize(header.bytes(), padding);
    return {std::move(bytes), header.next()};
}

/// The parts, as encode_body() wrote them. What is beyond the numbers that there can be fails the reader.
class BodyReader {
public:
    BodyReader(const StepHeader& header, std::string_view body) : header_(header), in_(body) {}

    std::optional<LogStep> read() {
        LogStep step;
        const auto parts = in_.u8();
        if ((parts & ~parts_known) != 0) return std::nullopt;
        if ((parts & part_start) != 0) step.start = start();
        if ((parts & part_vote) != 0) step.write.vote = vote();
        if ((parts & part_truncate) != 0) step.write.truncate_from = number();
        if ((parts & part_append) != 0) entries(step.write.append);
        if ((parts & part_compact) != 0) {
            step.write.compact_to = number();
            step.compact_term = number();
        }
        if ((parts & part_reset) != 0) step.write.reset = reset();
        if ((parts & part_metadata) != 0) step.write.metadata = in_.string();
        if (!in_.complete() || step.write.append.size() != header_.entries) return std::nullopt;
        return step;
    }

private:
    std::uint64_t checked(std::uint64_t value) {
        if (value > number_max) in_.fail();
        return value;
    }
    std::uint64_t number() { return checked(in_.u64()); }
    VoteRecord vote() {
        const auto term = number();
        return {term, in_.u64()};
    }
    LogWrite::Reset reset() {
        const auto index = number();
        return {index, number()};
    }
    LogStart start() {
        LogStart found;
        found.vote = vote();
        found.base_index = number();
        found.base_term = number();
        found.last_index = number();
        found.metadata = in_.string();
        return found;
    }
    void entries(std::vector<LogRecord>& records) {
        if (header_.first_index > number_max || header_.entries > in_.remaining()) in_.fail();
        for (std::uint64_t i = 0; i < header_.entries && !in_.failed(); ++i) {
            LogRecord record;
            record.index = checked(header_.first_index + i);
            record.term = checked(in_.varint());
            record.kind = in_.u8();
            record.payload = std::make_shared<const std::string>(in_.string());
            records.push_back(std::move(record));
        }
    }

    const StepHeader& header_;
    base::ByteReader in_;
};

} // namespace

std::size_t StepHeader::bytes() const {
    return (step_header_bytes + body_bytes) / step_alignment * step_alignment + step_alignment;
}

std::string StepHeader::name() const {
    std::string text = "step " + std::to_string(link.number);
    if (entries == 0) return text;
    return text + " (entries " + std::to_string(first_index) + " to " +
           std::to_string(first_index + entries - 1) + ")";
}

std::optional<StepHeader> read_header(std::string_view bytes, StepPlace place) {
    if (!bytes.starts_with(magic) || !whole_header(bytes, place)) return std::nullopt;
    base::ByteReader in(bytes.substr(magic.size(), step_header_bytes - magic.size()));
    StepHeader header;
    header.body_bytes = in.u32();
    header.link.number = in.u64();
    header.link.previous = in.u64();
    header.first_index = in.u64();
    header.entries = in.u64();
    header.body_hash = in.u64();
    header.hash = in.u64();
    return header;
}

bool of_other_format(std::string_view bytes, StepPlace place) {
    if (!whole_header(bytes, place)) return false;
    const auto header = read_header(bytes, place);
    if (!header) return true;
    return header->body_bytes > 0 && intact(*header, bytes) &&
           (static_cast<unsigned char>(bytes[step_header_bytes]) & ~parts_known) != 0;
}

bool intact(const StepHeader& header, std::string_view bytes) {
    if (bytes.size() < header.bytes()) return false;
    const auto end = step_header_bytes + header.body_bytes;
    const auto rest = bytes.substr(end, header.bytes() - end);
    return rest.find_first_not_of(padding) == rest.npos &&
           base::hash64(bytes.substr(step_header_bytes, header.body_bytes)) == header.body_hash;
}

std::optional<LogStep> decode_step(const StepHeader& header, std::string_view bytes) {
    return BodyReader(header, bytes.substr(step_header_bytes, header.body_bytes)).read();
}

EncodedStep encode_step(const LogWrite& write, const std::optional<LogStart>& start,
                        std::uint64_t compact_term, StepPlace place, StepLink link) {
    base::ByteWriter out;
    out.reserve(usual_bytes(write));
    out.raw(room_for_header);
    encode_body(out, write, start, compact_term);
    const auto first_index = write.append.empty() ? 0 : write.append.front().index;
    return finish(out.take(), first_index, write.append.size(), place, link);
}

EncodedStep frame_step(std::string_view body, std::uint64_t first_index, std::uint64_t entries,
                       StepPlace place, StepLink link) {
    return finish(std::string(room_for_header).append(body), first_index, entries, place, link);
}

} // namespace bookstore::storage
