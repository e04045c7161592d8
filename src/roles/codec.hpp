#pragma once
/// \file
/// How a message of roles/protocol.hpp is decoded, once for all of them: every message has
/// `void read(base::ByteReader&, Message&)` beside its encode(), and is instantiated where that stands.
#include <bookstore/base/bytes.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles {

template <typename Message>
base::result<Message> decode(std::string_view bytes) {
    base::ByteReader in(bytes);
    Message message;
    read(in, message);
    if (!in.complete()) return base::Errc::corrupt;
    return message;
}

/// Whole microseconds.
void write(base::ByteWriter& out, const TierTimes& times);
void read(base::ByteReader& in, TierTimes& times);

/// One byte that stands for an enumerator from 0 to `last`.
template <typename Enum>
Enum read_enum(base::ByteReader& in, Enum last) {
    const std::uint8_t value = in.u8();
    if (value > static_cast<std::uint8_t>(last)) {
        in.fail();
        return Enum{};
    }
    return static_cast<Enum>(value);
}

/// A varint that must fit in 32 bits.
inline std::uint32_t read_u32(base::ByteReader& in) {
    const std::uint64_t value = in.varint();
    if (value > UINT32_MAX) in.fail();
    return static_cast<std::uint32_t>(value);
}

} // namespace bookstore::roles
