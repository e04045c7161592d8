#pragma once
/// \file
/// Histories of a shop that does exist, of one item: operations take effect one after the other at moments in
/// the middle of their windows, or of unknown ones at any time later, or not at all.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <bookstore/base/random.hpp>

#include "unit/history/stories.hpp"

namespace bookstore::history {

struct Shape {
    std::size_t operations = 6;
    Instant width = 40;        ///< of a window, at most; the time between two effects is 10 on average
    std::uint64_t unknown = 5; ///< one in so many has no answer
    std::uint64_t changes = 3; ///< one in so many is an update
    std::uint64_t repeats = 4; ///< one purchase in so many has an unknown try before it
    std::int64_t stock = 4;
};

class RandomShop {
public:
    RandomShop(std::uint64_t seed, const Shape& shape)
        : random_(seed), shape_(shape), now_{shape.stock, cost} {}

    History run() {
        history_.push_back(shelf(1, shape_.stock));
        struct Planned {
            Instant effect;
            Instant call;
        };
        std::vector<Planned> plan;
        for (std::size_t i = 0; i < shape_.operations; ++i) {
            const Instant effect = static_cast<Instant>(random_.below(shape_.operations * 10)) + shape_.width;
            plan.push_back({effect, effect - some()});
        }
        std::sort(plan.begin(), plan.end(),
                  [](const Planned& a, const Planned& b) { return a.effect < b.effect; });
        for (const Planned& planned : plan)
            act(planned.call, planned.effect);
        return std::move(history_);
    }

    /// All orders there are in the end.
    const OrderBook& book() const { return book_; }

private:
    Instant some() { return static_cast<Instant>(random_.below(static_cast<std::uint64_t>(shape_.width))); }
    bool one_in(std::uint64_t n) { return n > 0 && random_.below(n) == 0; }

    void act(Instant call, Instant effect) {
        const Instant returned = effect + some();
        if (one_in(shape_.changes)) return update(call, returned);
        if (one_in(2))
            history_.push_back(saw(during(call, returned), now_.stock, now_.cost));
        else
            buy(call, returned);
    }

    void update(Instant call, Instant returned) {
        Update update{1, std::nullopt, std::nullopt, Update::Outcome::done, std::nullopt};
        if (one_in(3)) update.cost = 100 + static_cast<std::int64_t>(random_.below(3));
        if (!update.cost || one_in(2)) update.delta = static_cast<std::int64_t>(random_.below(6)) - 2;
        const bool unknown = one_in(shape_.unknown);
        if (now_.stock + update.delta.value_or(0) < 0) {
            update.outcome = Update::Outcome::refused;
        } else if (!unknown || one_in(2)) {
            now_ = {now_.stock + update.delta.value_or(0), update.cost.value_or(now_.cost)};
            update.after = now_;
        }
        if (unknown) update.outcome = Update::Outcome::unknown, update.after.reset();
        history_.push_back(operation(unknown ? since(call) : during(call, returned), update));
    }

    void buy(Instant call, Instant returned) {
        const std::string key = "k" + std::to_string(history_.size());
        const std::int64_t quantity = 1 + static_cast<std::int64_t>(random_.below(2));
        const bool unknown = one_in(shape_.unknown);
        if (one_in(shape_.repeats)) history_.push_back(perhaps_bought(call - some(), key, quantity));
        if (unknown) {
            if (now_.stock >= quantity && one_in(2)) sell(key, quantity);
            history_.push_back(perhaps_bought(call, key, quantity));
        } else if (now_.stock >= quantity) {
            history_.push_back(bought(during(call, returned), key, book_.size() + 1, quantity));
            std::get<Buy>(history_.back().what).lines.front().cost = now_.cost;
            sell(key, quantity);
        } else {
            history_.push_back(sold_out(during(call, returned), key, now_.stock, quantity));
        }
    }

    void sell(const std::string& key, std::int64_t quantity) {
        book_.push_back({book_.size() + 1, key, {{1, quantity, now_.cost}}});
        now_.stock -= quantity;
    }

    base::Random random_;
    Shape shape_;
    Shown now_;
    History history_;
    OrderBook book_;
};

/// Makes one value of one answer another: what was seen, paid or left. False when it met none.
inline bool falsify(History& history, base::Random& random) {
    const auto nudge = [&](std::int64_t& value) { value += random.below(2) == 0 ? 1 : -1; };
    for (int tries = 0; tries < 100; ++tries) {
        Operation& operation = history[1 + random.below(history.size() - 1)];
        if (auto* read = std::get_if<Read>(&operation.what)) {
            nudge(random.below(2) == 0 ? read->shown->stock : read->shown->cost);
            return true;
        }
        if (auto* buy = std::get_if<Buy>(&operation.what)) {
            if (buy->outcome == Buy::Outcome::unknown || buy->outcome == Buy::Outcome::refused) continue;
            nudge(buy->outcome == Buy::Outcome::bought ? buy->lines.front().cost
                                                       : buy->shortages.front().stock);
            return true;
        }
        auto* update = std::get_if<Update>(&operation.what);
        if (update == nullptr || !update->after) continue;
        nudge(update->after->stock);
        return true;
    }
    return false;
}

} // namespace bookstore::history
