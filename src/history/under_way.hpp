#pragma once
/// \file
/// The operations that have been called and have not returned, as the search (search.hpp) moves through time.
#include <cstdint>
#include <vector>

#include "history/configurations.hpp"
#include "history/item_history.hpp"

namespace bookstore::history {

/// A call or a return of an operation.
struct Event {
    Instant at = 0;
    bool is_return = false;
    std::size_t operation = 0;
};

/// At one instant calls come first: what touches overlaps.
std::vector<Event> events_of(const std::vector<ItemOperation>& operations);

/// Operations that never return and have one effect: it does not matter which of them is which.
struct Endless {
    Effect effect;
    bool certain = false;
    std::vector<std::size_t> operations; ///< as called so far
};

/// A step that can be made: of the operation in a slot, or of the next one of an endless kind.
struct Choice {
    bool endless = false;
    std::size_t at = 0; ///< slot or kind
};

/// What is given outlives this.
class UnderWay {
public:
    UnderWay(const std::vector<ItemOperation>& operations, const std::vector<Event>& events);

    /// More operations overlap than there are slots: nothing else may be called.
    bool crowded() const { return crowded_; }
    std::size_t now() const { return now_; } ///< events that have happened
    void move_to(std::size_t event);

    std::size_t slot_of(std::size_t operation) const { return slot_of_[operation]; }
    /// All there will ever be; the certain ones first.
    const std::vector<Endless>& kinds() const { return kinds_; }
    std::size_t certain_kinds() const { return certain_kinds_; }

    const std::vector<std::size_t>& looks() const { return looks_; }

    /// Changes that have not been made in `c`: take(choice, effect), of each effect the earliest to return.
    template <typename Take>
    void each_choice(const Configuration& c, Take take) const {
        for (std::size_t i = 0; i < changes_.size(); ++i)
            if (!c.changes.has(slot_of_[changes_[i]]) && !has_earlier_twin(c, i))
                take(Choice{false, slot_of_[changes_[i]]}, operations_[changes_[i]].effect);
        for (std::size_t k = 0; k < kinds_.size(); ++k)
            if (c.used[k] < kinds_[k].operations.size()) take(Choice{true, k}, kinds_[k].effect);
    }
    /// The same with how often it could be made: take(effect, times).
    template <typename Take>
    void each_effect(const Configuration& c, Take take) const {
        for (const std::size_t operation : changes_)
            if (!c.changes.has(slot_of_[operation])) take(operations_[operation].effect, std::size_t{1});
        for (std::size_t k = 0; k < kinds_.size(); ++k)
            if (c.used[k] < kinds_[k].operations.size())
                take(kinds_[k].effect, kinds_[k].operations.size() - c.used[k]);
    }

    /// The operation that `choice` stands for in `c`.
    std::size_t operation(const Configuration& c, Choice choice) const {
        return choice.endless ? kinds_[choice.at].operations[c.used[choice.at]] : in_slot_[choice.at];
    }
    /// Of the certain ones that never return, one that has not taken effect; `nothing` when all have.
    static constexpr std::size_t nothing = ~std::size_t{0};
    std::size_t missing(const Configuration& c) const;

private:
    bool has_earlier_twin(const Configuration& c, std::size_t change) const;
    void assign_slots();
    void assign_kinds();
    void enter(std::size_t operation);
    void leave(std::size_t operation);

    const std::vector<ItemOperation>& operations_;
    const std::vector<Event>& events_;
    std::size_t now_ = 0;
    bool crowded_ = false;
    std::vector<std::size_t> slot_of_, kind_of_; ///< by operation
    std::vector<std::size_t> in_slot_;
    std::vector<std::size_t> looks_, changes_; ///< operations in slots; changes in the order of their returns
    std::vector<Endless> kinds_;
    std::size_t certain_kinds_ = 0;
};

} // namespace bookstore::history
