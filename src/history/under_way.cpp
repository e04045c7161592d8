#include "history/under_way.hpp"

#include <algorithm>
#include <tuple>

namespace bookstore::history {

std::vector<Event> events_of(const std::vector<ItemOperation>& operations) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        events.push_back({operations[i].call, false, i});
        if (operations[i].returned != never) events.push_back({operations[i].returned, true, i});
    }
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
        return std::tuple(a.at, a.is_return, a.operation) < std::tuple(b.at, b.is_return, b.operation);
    });
    return events;
}

UnderWay::UnderWay(const std::vector<ItemOperation>& operations, const std::vector<Event>& events)
    : operations_(operations),
      events_(events),
      slot_of_(operations.size(), 0),
      kind_of_(operations.size(), 0),
      in_slot_(Slots::count, 0) {
    assign_slots();
    assign_kinds();
}

void UnderWay::assign_slots() {
    std::vector<std::size_t> free;
    for (std::size_t slot = Slots::count; slot > 0; --slot)
        free.push_back(slot - 1);
    for (const Event& event : events_) {
        if (operations_[event.operation].returned == never) continue;
        if (event.is_return) {
            free.push_back(slot_of_[event.operation]);
        } else if (free.empty()) {
            crowded_ = true;
            return;
        } else {
            slot_of_[event.operation] = free.back();
            free.pop_back();
        }
    }
}

void UnderWay::assign_kinds() {
    for (const bool certain : {true, false}) {
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            if (operations_[i].returned != never || operations_[i].certain != certain) continue;
            const auto same = std::find_if(kinds_.begin(), kinds_.end(), [&](const Endless& kind) {
                return kind.certain == certain && kind.effect == operations_[i].effect;
            });
            kind_of_[i] = static_cast<std::size_t>(same - kinds_.begin());
            if (same == kinds_.end()) kinds_.push_back({operations_[i].effect, certain, {}});
        }
        if (certain) certain_kinds_ = kinds_.size();
    }
}

void UnderWay::move_to(std::size_t event) {
    for (; now_ < event; ++now_) {
        const Event& next = events_[now_];
        next.is_return ? leave(next.operation) : enter(next.operation);
    }
    for (; now_ > event; --now_) {
        const Event& last = events_[now_ - 1];
        last.is_return ? enter(last.operation) : leave(last.operation);
    }
}

void UnderWay::enter(std::size_t operation) {
    const ItemOperation& entering = operations_[operation];
    if (entering.returned == never) {
        kinds_[kind_of_[operation]].operations.push_back(operation);
        return;
    }
    in_slot_[slot_of_[operation]] = operation;
    if (entering.effect.preserves()) {
        looks_.push_back(operation);
        return;
    }
    const auto later = std::find_if(changes_.begin(), changes_.end(), [&](std::size_t other) {
        return operations_[other].returned > entering.returned;
    });
    changes_.insert(later, operation);
}

void UnderWay::leave(std::size_t operation) {
    if (operations_[operation].returned == never) {
        kinds_[kind_of_[operation]].operations.pop_back(); // time runs backwards: it was the last one
        return;
    }
    std::erase(looks_, operation);
    std::erase(changes_, operation);
}

bool UnderWay::has_earlier_twin(const Configuration& c, std::size_t change) const {
    for (std::size_t i = 0; i < change; ++i)
        if (!c.changes.has(slot_of_[changes_[i]]) &&
            operations_[changes_[i]].effect == operations_[changes_[change]].effect)
            return true;
    return false;
}

std::size_t UnderWay::missing(const Configuration& c) const {
    for (std::size_t k = 0; k < certain_kinds_; ++k)
        if (c.used[k] < kinds_[k].operations.size()) return kinds_[k].operations[c.used[k]];
    return nothing;
}

} // namespace bookstore::history
