#pragma once
/// \file
/// A book, and what one may be.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bookstore::shop {

/// Positive; given out in rising order.
enum class ItemId : std::uint64_t {};
constexpr std::uint64_t number(ItemId i) { return static_cast<std::uint64_t>(i); }

struct Book {
    ItemId id{};
    std::string title;
    std::string topic;
    std::int64_t cost = 0;  ///< in the store's smallest currency unit, >= 0
    std::int64_t stock = 0; ///< copies, >= 0

    auto operator<=>(const Book&) const = default;
};

/// Most that a cost, a stock or a delta may be: sums over an order stay far from overflow.
inline constexpr std::int64_t amount_max = 1'000'000'000'000;

/// Nothing when it is a book that may be on the shelf (non-empty valid UTF-8 title and topic without control
/// characters, amounts in range; the id is not looked at), else what is wrong, in words for the one who sent it.
std::optional<std::string> problem_with(const Book& book);

} // namespace bookstore::shop
