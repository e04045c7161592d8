#pragma once
/// \file
/// Histories written down as they would be told: buy("k").of(1).at(0, 10).bought(17).
#include <string>
#include <utility>

#include <bookstore/history/check.hpp>

namespace bookstore::history {

constexpr std::int64_t cost = 100; ///< what a book costs in the stories

/// From `call` to `returned`.
struct Window {
    Instant call = 0;
    std::optional<Instant> returned;
};
constexpr Window during(Instant call, Instant returned) {
    return {call, returned};
}
constexpr Window since(Instant call) {
    return {call, std::nullopt};
}

template <typename What>
Operation operation(Window window, What what) {
    return {1, window.call, window.returned, std::move(what)};
}

/// What was on the shelf before the story began.
inline Operation shelf(Item item, std::int64_t stock) {
    return operation(during(-2, -1), Add{item, {stock, cost}, Add::Outcome::done});
}
inline Operation bought(Window window, std::string key, std::uint64_t order = 0, std::int64_t quantity = 1,
                        Item item = 1) {
    return operation(window, Buy{std::move(key), {{item, quantity, cost}}, Buy::Outcome::bought, order, {}});
}
inline Operation perhaps_bought(Instant call, std::string key, std::int64_t quantity = 1, Item item = 1) {
    return operation(since(call), Buy{std::move(key), {{item, quantity, 0}}, Buy::Outcome::unknown, 0, {}});
}
inline Operation sold_out(Window window, std::string key, std::int64_t left, std::int64_t quantity = 1,
                          Item item = 1) {
    return operation(
        window, Buy{std::move(key), {{item, quantity, 0}}, Buy::Outcome::out_of_stock, 0, {{item, left}}});
}
inline Operation saw(Window window, std::int64_t stock, std::int64_t cost_seen = cost, Item item = 1) {
    return operation(window, Read{item, Shown{stock, cost_seen}, 0, {}});
}
inline Operation saw_nothing(Window window, Item item = 1) {
    return operation(window, Read{item, std::nullopt, 0, {}});
}
inline Operation restocked(Window window, std::int64_t delta, std::int64_t stock_after, Item item = 1) {
    return operation(window,
                     Update{item, delta, std::nullopt, Update::Outcome::done, Shown{stock_after, cost}});
}

} // namespace bookstore::history
