#include "history/under_way.hpp"

#include <algorithm>

namespace bookstore::history {

UnderWay::UnderWay(const std::vector<ItemOperation>& operations)
    : operations_(operations),
      slot_of_(operations.size(), no_slot),
      kind_of_(operations.size(), 0),
      in_slot_(Slots::count_max, 0) {
    for (std::size_t slot = Slots::count_max; slot > 0; --slot)
        free_slots_.push_back(slot - 1);
    for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].returned != never) continue;
        auto& kinds = operations[i].certain ? must_ : may_;
        const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const Endless& kind) {
            return kind.effect == operations[i].effect;
        });
        kind_of_[i] = static_cast<std::size_t>(same - kinds.begin());
        if (same == kinds.end()) kinds.push_back({operations[i].effect, {}});
    }
}

bool UnderWay::call(std::size_t operation) {
    const ItemOperation& called = operations_[operation];
    if (called.returned == never) {
        (called.certain ? must_ : may_)[kind_of_[operation]].operations.push_back(operation);
        return true;
    }
    if (free_slots_.empty()) return false;
    slot_of_[operation] = free_slots_.back();
    free_slots_.pop_back();
    in_slot_[slot_of_[operation]] = operation;
    if (called.effect.preserves()) {
        looks_.push_back(operation);
        return true;
    }
    const auto later = std::find_if(changes_.begin(), changes_.end(), [&](std::size_t other) {
        return operations_[other].returned > called.returned;
    });
    changes_.insert(later, operation);
    return true;
}

void UnderWay::returned(std::size_t operation) {
    free_slots_.push_back(slot_of_[operation]);
    slot_of_[operation] = no_slot;
    std::erase(looks_, operation);
    std::erase(changes_, operation);
}

bool UnderWay::has_unmade_look(const Configuration& c) const {
    return std::any_of(looks_.begin(), looks_.end(),
                       [&](std::size_t operation) { return !c.looks.has(slot_of_[operation]); });
}

bool UnderWay::has_earlier_twin(const Configuration& c, std::size_t change) const {
    for (std::size_t i = 0; i < change; ++i)
        if (!c.changes.has(slot_of_[changes_[i]]) &&
            operations_[changes_[i]].effect == operations_[changes_[change]].effect)
            return true;
    return false;
}

std::size_t UnderWay::operation(const Configuration& c, Choice choice) const {
    switch (choice.of) {
    case Choice::Of::must:
        return must_[choice.at].operations[c.must[choice.at]];
    case Choice::Of::may:
        return may_[choice.at].operations[c.may[choice.at]];
    case Choice::Of::slot:
        break;
    }
    return in_slot_[choice.at];
}

bool UnderWay::complete(const Configuration& c) const {
    for (std::size_t k = 0; k < must_.size(); ++k)
        if (c.must[k] < must_[k].operations.size()) return false;
    return true;
}

} // namespace bookstore::history
