#include "storage/segment_header.hpp"

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>

namespace bookstore::storage {
namespace {

constexpr std::string_view magic = "BKS";
constexpr std::size_t hashed_bytes = segment_header_bytes - sizeof(std::uint64_t);

} // namespace

std::string encode_segment_header(const SegmentHeader& header) {
    base::ByteWriter out;
    out.raw(magic);
    out.u8(static_cast<std::uint8_t>(header.format));
    out.u32(0);
    out.u64(header.number);
    out.u64(header.bytes);
    out.u64(base::hash64(out.view()));
    return out.take();
}

std::optional<SegmentHeader> read_segment_header(std::string_view segment) {
    if (segment.size() < segment_header_bytes || !segment.starts_with(magic)) return std::nullopt;
    base::ByteReader in(segment.substr(magic.size(), segment_header_bytes - magic.size()));
    SegmentHeader header;
    header.format = static_cast<char>(in.u8());
    in.u32();
    header.number = in.u64();
    header.bytes = in.u64();
    if (in.u64() != base::hash64(segment.substr(0, hashed_bytes))) return std::nullopt;
    return header;
}

} // namespace bookstore::storage
