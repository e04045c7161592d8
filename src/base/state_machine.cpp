#include <bookstore/base/state_machine.hpp>

#include <algorithm>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>

namespace bookstore::base {
namespace {

// Each value carries its type, each text its length: two different rows never give the same bytes.
enum class ValueKind : std::uint8_t { integer, text };

char* put_kind(char* to, ValueKind kind) {
    *to = static_cast<char>(kind);
    return to + 1;
}

} // namespace

/// At the end of what is used.
char* RowHasher::room_for(std::size_t bytes) {
    constexpr std::size_t least = 256;
    if (bytes_.size() - used_ < bytes) bytes_.resize(std::max(least, 2 * (used_ + bytes)));
    return bytes_.data() + used_;
}

void RowHasher::used_to(const char* end) {
    used_ = static_cast<std::size_t>(end - bytes_.data());
}

void RowHasher::begin(std::uint8_t table, std::size_t values) {
    used_ = 0;
    char* to = room_for(1 + varint_bytes_max);
    *to++ = static_cast<char>(table);
    used_to(put_varint(to, values));
}

void RowHasher::add(std::int64_t value) {
    char* to = room_for(1 + varint_bytes_max);
    used_to(put_varint(put_kind(to, ValueKind::integer), zigzag_of(value)));
}

void RowHasher::add(std::string_view value) {
    char* to = room_for(1 + varint_bytes_max + value.size());
    to = put_varint(put_kind(to, ValueKind::text), value.size());
    used_to(std::copy(value.begin(), value.end(), to));
}

std::uint64_t RowHasher::end() const {
    return hash64({bytes_.data(), used_});
}

std::uint64_t row_hash(std::uint8_t table, const Row& row) {
    RowHasher hasher;
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
