#include <bookstore/shop/order.hpp>

#include <algorithm>
#include <limits>

#include <bookstore/base/limits.hpp>

namespace bookstore::shop {
namespace limits = base::limits;

static_assert(amount_max <= std::numeric_limits<std::int64_t>::max() /
                                static_cast<std::int64_t>(limits::quantity_max * limits::lines_per_order_max),
              "the total of the largest order must fit");

std::int64_t total_of(const std::vector<SoldLine>& lines) {
    std::int64_t total = 0;
    for (const SoldLine& line : lines)
        total += line.quantity * line.cost;
    return total;
}

std::optional<std::string> problem_with(const std::vector<Line>& lines) {
    if (lines.empty()) return "an order must have at least one line";
    if (lines.size() > limits::lines_per_order_max)
        return "an order must not have more than " + std::to_string(limits::lines_per_order_max) + " lines";

    for (const Line& line : lines) {
        if (number(line.item) == 0 || number(line.item) > item_number_max)
            return "an item must be from 1 to " + std::to_string(item_number_max);
        if (line.quantity < 1 || line.quantity > static_cast<std::int64_t>(limits::quantity_max))
            return "a quantity must be from 1 to " + std::to_string(limits::quantity_max);
    }
    if (lines.size() == 1) return std::nullopt;
    std::vector<ItemId> items;
    items.reserve(lines.size());
    for (const Line& line : lines)
        items.push_back(line.item);
    std::sort(items.begin(), items.end());
    const auto twice = std::adjacent_find(items.begin(), items.end());
    if (twice != items.end())
        return "item " + std::to_string(number(*twice)) + " must not be on more than one line";
    return std::nullopt;
}

bool is_idempotency_key(std::string_view key) {
    return !key.empty() && key.size() <= limits::idempotency_key_bytes_max &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

} // namespace bookstore::shop
