#pragma once
/// \file
/// Hash tables keyed by std::string and searched with a std::string_view, without a copy.
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bookstore::shop {

/// Not noexcept on purpose: libstdc++ then keeps each key's hash, and walking a bucket reads no other key.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

template <typename T>
using StringMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

} // namespace bookstore::shop
