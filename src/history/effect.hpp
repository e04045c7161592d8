#pragma once
/// \file
/// The sequential model: what one item is, and what an operation needs of it and does to it.
#include <compare>
#include <cstdint>
#include <optional>

#include <bookstore/history/operation.hpp>

namespace bookstore::history {

/// One item: absent (no value), or stock and cost.
using State = std::optional<Shown>;

/// An operation as far as it concerns one item. What is not set does not matter.
struct Effect {
    bool needs_absent = false;
    bool adds = false; ///< needs_absent, and puts `gives` there
    std::optional<std::int64_t> stock_least{}, stock_most{}, cost_is{};
    std::int64_t delta = 0;
    std::optional<std::int64_t> cost_to{};
    std::optional<Shown> gives{}; ///< what the item must be after it

    bool operator==(const Effect&) const = default;

    /// The state after it; nothing when it cannot take place in `state`.
    std::optional<State> on(const State& state) const;
    /// True for what only looks.
    bool preserves() const { return !adds && delta == 0 && !cost_to; }
    /// True for what takes or brings copies, whatever else is so: two of these change places without a trace.
    bool only_moves_stock() const { return delta != 0 && !adds && !cost_to && !gives && !stock_most; }
    /// The stock that it needs before it.
    std::int64_t stock_from() const;
    std::int64_t stock_to() const;
    /// The cost that it needs before it, if any.
    std::optional<std::int64_t> cost_from() const;
};

Effect sale(std::int64_t quantity, std::optional<std::int64_t> cost);
/// Less than `quantity` was there; how much, if that was told.
Effect shortage(std::int64_t quantity, std::optional<std::int64_t> stock);
Effect seen(const std::optional<Shown>& shown);
Effect effect_of(const Update& update);
Effect added(const Shown& shown);

} // namespace bookstore::history
