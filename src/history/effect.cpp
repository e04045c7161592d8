#include "history/effect.hpp"

#include <algorithm>
#include <limits>

namespace bookstore::history {

std::int64_t Effect::stock_from() const {
    if (gives) return gives->stock - delta;
    return stock_least.value_or(0);
}

std::int64_t Effect::stock_to() const {
    if (gives) return gives->stock - delta;
    return stock_most.value_or(std::numeric_limits<std::int64_t>::max());
}

std::optional<std::int64_t> Effect::cost_from() const {
    if (cost_is) return cost_is;
    if (gives && !cost_to) return gives->cost;
    return std::nullopt;
}

std::optional<State> Effect::on(const State& state) const {
    if (needs_absent) {
        if (state) return std::nullopt;
        return std::optional<State>(std::in_place, adds ? gives : state);
    }
    if (!state || state->stock < stock_from() || state->stock > stock_to()) return std::nullopt;
    const auto cost = cost_from();
    if (cost && *cost != state->cost) return std::nullopt;
    const Shown after{state->stock + delta, cost_to.value_or(state->cost)};
    if (after.stock < 0 || (gives && after != *gives)) return std::nullopt;
    return std::optional<State>(std::in_place, after);
}

Effect sale(std::int64_t quantity, std::optional<std::int64_t> cost) {
    Effect effect;
    effect.stock_least = quantity;
    effect.cost_is = cost;
    effect.delta = -quantity;
    return effect;
}

Effect shortage(std::int64_t quantity, std::optional<std::int64_t> stock) {
    Effect effect;
    effect.stock_least = stock;
    effect.stock_most = stock ? std::min(*stock, quantity - 1) : quantity - 1;
    return effect;
}

Effect seen(const std::optional<Shown>& shown) {
    Effect effect;
    effect.needs_absent = !shown;
    effect.gives = shown;
    return effect;
}

Effect effect_of(const Update& update) {
    Effect effect;
    const std::int64_t delta = update.delta.value_or(0);
    switch (update.outcome) {
    case Update::Outcome::unknown_item:
        effect.needs_absent = true;
        return effect;
    case Update::Outcome::refused:
        // More copies are refused at a bound that is the shop's own affair.
        if (delta < 0) effect.stock_most = -delta - 1;
        return effect;
    case Update::Outcome::done:
        effect.gives = update.after;
        break;
    case Update::Outcome::unknown:
        break;
    }
    if (delta < 0) effect.stock_least = -delta;
    effect.delta = delta;
    effect.cost_to = update.cost;
    return effect;
}

Effect added(const Shown& shown) {
    Effect effect;
    effect.needs_absent = true;
    effect.adds = true;
    effect.gives = shown;
    return effect;
}

} // namespace bookstore::history
