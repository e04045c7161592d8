#include <bookstore/base/bytes.hpp>

#include <limits>

namespace bookstore::base {
namespace {

template <typename T>
void append_little_endian(std::string& out, T v) {
    char bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bytes[i] = static_cast<char>(v >> (8 * i));
    out.append(bytes, sizeof(T));
}

template <typename T>
T little_endian(std::string_view bytes) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        v |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return static_cast<T>(v);
}

} // namespace

void ByteWriter::u32(std::uint32_t v) {
    append_little_endian(out_, v);
}

void ByteWriter::u64(std::uint64_t v) {
    append_little_endian(out_, v);
}

void ByteWriter::long_varint(std::uint64_t v) {
    char bytes[varint_bytes_max];
    out_.append(bytes, put_varint(bytes, v));
}

void ByteWriter::string(std::string_view v) {
    varint(v.size());
    out_.append(v);
}

std::string_view ByteReader::raw(std::size_t bytes) {
    if (bytes > in_.size()) {
        fail();
        return {};
    }
    const auto taken = in_.substr(0, bytes);
    in_.remove_prefix(bytes);
    return taken;
}

bool ByteReader::boolean() {
    const auto byte = u8();
    if (byte > 1) fail();
    return byte == 1;
}

std::uint32_t ByteReader::u32() {
    return little_endian<std::uint32_t>(raw(4));
}

std::uint64_t ByteReader::u64() {
    return little_endian<std::uint64_t>(raw(8));
}

std::uint64_t ByteReader::long_varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = u8();
        // The tenth byte has room for one bit.
        if (failed_ || (shift == 63 && byte > 1)) break;
        if (byte == 0 && shift > 0) break; // longer than it need be: one number is written in one way
        v |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return v;
    }
    fail();
    return 0;
}

std::int64_t ByteReader::zigzag() {
    const std::uint64_t v = varint();
    return static_cast<std::int64_t>((v >> 1) ^ (0 - (v & 1)));
}

std::string_view ByteReader::string() {
    const std::uint64_t bytes = varint();
    if (bytes > in_.size()) {
        fail();
        return {};
    }
    return raw(static_cast<std::size_t>(bytes));
}

std::size_t ByteReader::count(std::size_t bytes_each) {
    const std::uint64_t things = varint();
    if (bytes_each > 0 && things > in_.size() / bytes_each) {
        fail();
        return 0;
    }
    return static_cast<std::size_t>(things);
}

} // namespace bookstore::base
