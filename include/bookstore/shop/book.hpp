#pragma once
/// \file
/// A book, and what one may be.
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace bookstore::shop {

/// Positive, at most item_number_max; given out in rising order.
enum class ItemId : std::uint64_t {};
constexpr std::uint64_t number(ItemId i) {
    return static_cast<std::uint64_t>(i);
}

/// Ids are kept in signed 64-bit columns.
inline constexpr std::uint64_t item_number_max = std::numeric_limits<std::int64_t>::max();

struct Book {
    ItemId id{};
    std::string title;
    std::string topic;
    std::int64_t cost = 0;  ///< in the store's smallest currency unit, >= 0
    std::int64_t stock = 0; ///< copies, >= 0

    auto operator<=>(const Book&) const = default;
};

/// Most that a cost, a stock or a delta may be: the largest order there can be still has a total that fits.
inline constexpr std::int64_t amount_max = 10'000'000'000;

/// Nothing when it is a book that may be on the shelf (non-empty valid UTF-8 title and topic without control
/// characters, amounts in range; the id is not looked at), else what is wrong, in words for the one who sent
/// it.
std::optional<std::string> problem_with(const Book& book);
/// The same of a title alone.
std::optional<std::string> problem_with_title(std::string_view title);

} // namespace bookstore::shop
