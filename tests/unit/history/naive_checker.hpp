#pragma once
/// \file
/// The definition, word for word: tries every order of the operations on one item that real time allows.
/// Shares nothing with the checker but the types. For a handful of operations.
#include <algorithm>
#include <limits>
#include <map>

#include <bookstore/history/operation.hpp>

namespace bookstore::history {

class NaiveChecker {
public:
    /// Purchases have one line, of item 1.
    explicit NaiveChecker(const History& history) {
        std::map<std::string, Operation> purchases;
        for (const Operation& operation : history) {
            const Buy* buy = std::get_if<Buy>(&operation.what);
            if (buy != nullptr && buy->outcome == Buy::Outcome::refused) continue;
            if (buy == nullptr) {
                operations_.push_back(operation);
                continue;
            }
            const auto [found, is_first] = purchases.emplace(buy->key, operation);
            if (is_first) continue;
            found->second.call = std::min(found->second.call, operation.call);
            if (buy->outcome == Buy::Outcome::unknown) continue;
            const Buy& told = std::get<Buy>(found->second.what);
            contradiction_ = contradiction_ || (told.outcome != Buy::Outcome::unknown && told != *buy);
            if (operation.returned) found->second.returned = operation.returned;
            found->second.what = *buy;
        }
        for (const auto& [key, purchase] : purchases)
            operations_.push_back(purchase);
        placed_.resize(operations_.size());
    }

    bool linearizable() { return !contradiction_ && place_next({}); }

private:
    static constexpr Instant never = std::numeric_limits<Instant>::max();

    bool place_next(std::optional<Shown> state) {
        Instant bound = never; // the first return of what is still to be placed
        bool complete = true;
        for (std::size_t i = 0; i < operations_.size(); ++i)
            if (!placed_[i] && certain(operations_[i])) {
                bound = std::min(bound, operations_[i].returned.value_or(never));
                complete = false;
            }
        if (complete) return true;
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            if (placed_[i] || operations_[i].call > bound) continue;
            auto after = state;
            if (!run(operations_[i], after)) continue;
            placed_[i] = true;
            const bool found = place_next(after);
            placed_[i] = false;
            if (found) return true;
        }
        return false;
    }

    /// What returned took effect, and what is known to have been bought did too, at some time.
    static bool certain(const Operation& operation) {
        const Buy* buy = std::get_if<Buy>(&operation.what);
        return operation.returned || (buy != nullptr && buy->outcome == Buy::Outcome::bought);
    }

    /// False when the answer is not the one that a shop in this state gives.
    static bool run(const Operation& operation, std::optional<Shown>& state) {
        if (const auto* add = std::get_if<Add>(&operation.what)) {
            if (state) return false;
            state = add->shown;
            return true;
        }
        if (const auto* read = std::get_if<Read>(&operation.what)) return state == read->shown;
        if (!state) return false;
        if (const auto* buy = std::get_if<Buy>(&operation.what)) {
            const BuyLine& line = buy->lines.front();
            const bool enough = state->stock >= line.quantity;
            if (buy->outcome == Buy::Outcome::out_of_stock)
                return !enough && state->stock == buy->shortages.front().stock;
            if (!enough || (buy->outcome == Buy::Outcome::bought && line.cost != state->cost)) return false;
            state->stock -= line.quantity;
            return true;
        }
        const auto& update = std::get<Update>(operation.what);
        const std::int64_t stock = state->stock + update.delta.value_or(0);
        if (update.outcome == Update::Outcome::refused) return stock < 0;
        if (stock < 0) return false;
        state = Shown{stock, update.cost.value_or(state->cost)};
        return !update.after || update.after == state;
    }

    std::vector<Operation> operations_;
    std::vector<bool> placed_;
    bool contradiction_ = false; ///< two answers to one key
};

} // namespace bookstore::history
