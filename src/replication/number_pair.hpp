#pragma once
/// \file
/// Two numbers as bytes: what is said about digests and rebuilding is no more than that.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bookstore/base/bytes.hpp>

namespace bookstore::replication {

inline std::string encode_numbers(std::uint64_t a, std::uint64_t b) {
    base::ByteWriter out;
    out.u64(a);
    out.u64(b);
    return out.take();
}

inline std::optional<std::pair<std::uint64_t, std::uint64_t>> decode_numbers(std::string_view bytes) {
    base::ByteReader in(bytes);
    const auto a = in.u64();
    const auto b = in.u64();
    if (!in.complete()) return std::nullopt;
    return std::pair{a, b};
}

} // namespace bookstore::replication
