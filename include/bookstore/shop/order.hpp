#pragma once
/// \file
/// A purchase as asked for, and an order as it stands in the book.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/time.hpp>
#include <bookstore/shop/book.hpp>

namespace bookstore::shop {

/// Rises by one from 1, without gaps.
enum class OrderNumber : std::uint64_t {};
constexpr std::uint64_t number(OrderNumber n) {
    return static_cast<std::uint64_t>(n);
}

struct Line {
    ItemId item{};
    std::int64_t quantity = 1; ///< >= 1

    auto operator<=>(const Line&) const = default;
};

/// A line with what it cost when it was sold. `cost` is of one copy.
struct SoldLine {
    ItemId item{};
    std::string title;
    std::int64_t quantity = 1;
    std::int64_t cost = 0;

    auto operator<=>(const SoldLine&) const = default;
};

struct Order {
    OrderNumber number{};
    std::string key;
    base::WallTime at{};
    std::vector<SoldLine> lines;
    std::int64_t total = 0;

    auto operator<=>(const Order&) const = default;
};

/// What the lines cost together. The lines must be valid: then it cannot overflow.
std::int64_t total_of(const std::vector<SoldLine>& lines);

/// Nothing when `lines` may be ordered (1 to limits::lines_per_order_max lines, quantities of 1 to
/// limits::quantity_max, no item twice), else what is wrong.
std::optional<std::string> problem_with(const std::vector<Line>& lines);

/// 1 to 255 visible ASCII characters (API: Idempotency-Key).
bool is_idempotency_key(std::string_view key);

} // namespace bookstore::shop
