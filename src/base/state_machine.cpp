#include <bookstore/base/state_machine.hpp>

#include <bookstore/base/hash.hpp>

namespace bookstore::base {
namespace {

// Each value carries its type, each text its length: two different rows never give the same bytes.
enum class ValueKind : std::uint8_t { integer, text };

} // namespace

void RowHasher::begin(std::uint8_t table, std::size_t values) {
    bytes_.clear();
    bytes_.u8(table);
    bytes_.varint(values);
}

void RowHasher::add(std::int64_t value) {
    bytes_.u8(static_cast<std::uint8_t>(ValueKind::integer));
    bytes_.zigzag(value);
}

void RowHasher::add(std::string_view value) {
    bytes_.u8(static_cast<std::uint8_t>(ValueKind::text));
    bytes_.string(value);
}

std::uint64_t RowHasher::end() const {
    return hash64(bytes_.view());
}

std::uint64_t row_hash(std::uint8_t table, const Row& row) {
    constexpr std::size_t usual_bytes = 128;
    RowHasher hasher;
    hasher.bytes_.reserve(usual_bytes);
    hasher.begin(table, row.size());
    for (const Value& value : row) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            hasher.add(*number);
        else
            hasher.add(std::string_view(std::get<std::string>(value)));
    }
    return hasher.end();
}

} // namespace bookstore::base
