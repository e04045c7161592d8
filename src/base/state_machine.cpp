#include <bookstore/base/state_machine.hpp>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>

namespace bookstore::base {

std::uint64_t row_hash(std::uint8_t table, const Row& row) {
    // Each value carries its type, each text its length: two different rows never give the same bytes.
    ByteWriter bytes;
    bytes.reserve(128);
    bytes.u8(table);
    bytes.varint(row.size());
    for (const Value& value : row) {
        bytes.u8(static_cast<std::uint8_t>(value.index()));
        if (const auto* number = std::get_if<std::int64_t>(&value))
            bytes.zigzag(*number);
        else
            bytes.string(std::get<std::string>(value));
    }
    return hash64(bytes.view());
}

} // namespace bookstore::base
