#pragma once
/// \file
/// The one binary encoding: what replicas write to their log and send to each other.
/// Integers are LEB128 varints or little-endian fixed; strings are a varint length and their bytes.
#include <cstdint>
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>

namespace bookstore::base {

inline constexpr std::size_t varint_bytes_max = 10;

/// Writes `v` as ByteWriter::varint() does, to where there is room for varint_bytes_max; returns its end.
inline char* put_varint(char* to, std::uint64_t v) {
    for (; v >= 0x80; v >>= 7)
        *to++ = static_cast<char>(v | 0x80);
    *to++ = static_cast<char>(v);
    return to;
}

/// 0, -1, 1, -2 ... become 0, 1, 2, 3 ...: the shift of a negative number fills with ones.
constexpr std::uint64_t zigzag_of(std::int64_t v) {
    return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}

class ByteWriter {
public:
    void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
    void u32(std::uint32_t v);     ///< fixed, 4 bytes
    void u64(std::uint64_t v);     ///< fixed, 8 bytes
    void varint(std::uint64_t v) { ///< 1 to 10 bytes
        if (v < 0x80) return u8(static_cast<std::uint8_t>(v));
        long_varint(v);
    }
    void zigzag(std::int64_t v) { varint(zigzag_of(v)); } ///< signed varint
    void string(std::string_view v);                      ///< varint length, bytes
    void raw(std::string_view v) { out_.append(v); }
    void boolean(bool v) { u8(v ? 1 : 0); }

    std::size_t size() const { return out_.size(); }
    void reserve(std::size_t bytes) { out_.reserve(bytes); }
    std::string take() { return std::move(out_); }
    const std::string& view() const { return out_; }
    void clear() { out_.clear(); } ///< and keeps the room

private:
    void long_varint(std::uint64_t v);

    std::string out_;
};

/// Reads what ByteWriter wrote. Damaged input never throws or overruns: the reader turns `failed` and gives
/// zeros and empty strings from then on, so a decoder checks once, at its end. Views point into the input.
class ByteReader {
public:
    explicit ByteReader(std::string_view in) : in_(in) {}

    std::uint8_t u8() {
        if (in_.empty()) {
            fail();
            return 0;
        }
        const auto byte = static_cast<std::uint8_t>(in_.front());
        in_.remove_prefix(1);
        return byte;
    }
    std::uint32_t u32();
    std::uint64_t u64();
    std::uint64_t varint() {
        if (!in_.empty() && static_cast<unsigned char>(in_.front()) < 0x80) return u8();
        return long_varint();
    }
    std::int64_t zigzag();
    std::string_view string();
    std::string_view raw(std::size_t bytes);
    bool boolean(); ///< any byte but 0 and 1 is damage

    /// A count of things that take at least `bytes_each` each: fails when the input cannot hold so many,
    /// before anyone reserves memory for them.
    std::size_t count(std::size_t bytes_each = 1);

    void fail() { failed_ = true, in_ = {}; }
    bool failed() const { return failed_; }
    std::size_t remaining() const { return in_.size(); }
    /// Everything read, nothing left over, nothing damaged.
    bool complete() const { return !failed_ && in_.empty(); }

private:
    std::uint64_t long_varint();

    std::string_view in_;
    bool failed_ = false;
};

} // namespace bookstore::base
