#include <algorithm>

#include "history/shrink.hpp"

namespace bookstore::history {
namespace {

bool sets_cost(const Effect& effect) {
    return effect.adds || effect.cost_to.has_value();
}

/// What the operations before `until` leave behind, in whatever order they took effect.
class Ending {
public:
    void add(const ItemOperation& operation) {
        const Effect& effect = operation.effect;
        ++count_;
        if (effect.adds) ++adds_;
        stock_ += effect.adds ? effect.gives->stock : effect.delta;
        if (!sets_cost(effect)) return;
        // Two that set the cost at the same time: who knows which was the last.
        if (operation.call > setters_returned_)
            certain_ = true;
        else if (operation.returned >= last_call_)
            certain_ = false;
        if (operation.call > last_call_) {
            last_call_ = operation.call;
            cost_ = effect.adds ? effect.gives->cost : *effect.cost_to;
        }
        setters_returned_ = std::max(setters_returned_, operation.returned);
    }

    std::size_t count() const { return count_; }
    Instant setters_returned() const { return setters_returned_; }
    std::optional<Shown> state() const {
        if (!certain_ || adds_ != 1 || stock_ < 0) return std::nullopt;
        return Shown{stock_, cost_};
    }

private:
    std::size_t count_ = 0, adds_ = 0;
    std::int64_t stock_ = 0, cost_ = 0;
    bool certain_ = true;
    Instant last_call_ = std::numeric_limits<Instant>::min();
    Instant setters_returned_ = std::numeric_limits<Instant>::min();
};

/// May `operation`, which was under way, take effect after the ending as well as before it? Copies come and
/// go in any order; one that needs a cost finds that of the ending if nobody set it while it was under way;
/// and who may not have set a cost at all need not have.
bool can_wait(const ItemOperation& operation, const Ending& ending) {
    const Effect& effect = operation.effect;
    if (effect.needs_absent || effect.gives || effect.stock_most) return false;
    if (effect.cost_to) return !operation.certain && effect.delta == 0;
    return !effect.cost_is || ending.setters_returned() < operation.call;
}

} // namespace

std::optional<ItemHistory> fold(const ItemHistory& item, Instant until) {
    Ending ending;
    for (const ItemOperation& operation : item.operations)
        if (operation.returned <= until) ending.add(operation);
    const auto state = ending.state();
    if (!state) return std::nullopt;
    ItemHistory folded{item.item, {}, item.before + ending.count() - (item.before > 0 ? 1 : 0)};
    ItemOperation first{.effect = added(*state), .origin = nowhere};
    folded.operations.push_back(first);
    Instant earliest = until;
    for (const ItemOperation& operation : item.operations) {
        if (operation.returned <= until) continue;
        if (operation.call <= until) {
            if (operation.effect.preserves()) continue;
            if (!can_wait(operation, ending)) return std::nullopt;
        }
        earliest = std::min(earliest, operation.call);
        folded.operations.push_back(operation);
    }
    folded.operations.front().call = folded.operations.front().returned = earliest - 1;
    return folded;
}

} // namespace bookstore::history
