#pragma once
/// \file
/// The operations that have been called and have not returned, as the search (search.hpp) moves through time.
#include <cstdint>
#include <optional>
#include <vector>

#include "history/configurations.hpp"
#include "history/item_history.hpp"

namespace bookstore::history {

/// Operations that never return and have one effect: it does not matter which of them is which.
struct Endless {
    Effect effect;
    std::vector<std::size_t> operations; ///< as called so far
};

/// A step that can be made: of the operation in a slot, or of the next one of an endless kind.
struct Choice {
    enum class Of { slot, must, may } of = Of::slot;
    std::size_t at = 0; ///< slot or kind
};

class UnderWay {
public:
    explicit UnderWay(const std::vector<ItemOperation>& operations);

    /// False when there is no place for one more.
    bool call(std::size_t operation);
    void returned(std::size_t operation);

    std::size_t slot_of(std::size_t operation) const { return slot_of_[operation]; }
    const std::vector<Endless>& must() const { return must_; }
    const std::vector<Endless>& may() const { return may_; }

    /// Makes every look that fits the configuration; `note` is told of each operation.
    template <typename Note>
    void look(Configuration& c, Note note) const {
        for (const std::size_t operation : looks_)
            if (const std::size_t slot = slot_of_[operation];
                !c.looks.has(slot) && operations_[operation].effect.on(c.state)) {
                c.looks.add(slot);
                note(operation);
            }
    }
    bool has_unmade_look(const Configuration& c) const;

    /// Changes that have not been made in `c`, the earliest to return of each effect.
    template <typename Take>
    void each_change(const Configuration& c, Take take) const {
        for (std::size_t i = 0; i < changes_.size(); ++i)
            if (!c.changes.has(slot_of_[changes_[i]]) && !has_earlier_twin(c, i))
                take(Choice{Choice::Of::slot, slot_of_[changes_[i]]}, operations_[changes_[i]].effect);
        for (std::size_t k = 0; k < must_.size(); ++k)
            if (c.must[k] < must_[k].operations.size()) take(Choice{Choice::Of::must, k}, must_[k].effect);
        for (std::size_t k = 0; k < may_.size(); ++k)
            if (c.may[k] < may_[k].operations.size()) take(Choice{Choice::Of::may, k}, may_[k].effect);
    }

    /// Every effect that has not taken place in `c`, with how often it may.
    template <typename Take>
    void each_effect(const Configuration& c, Take take) const {
        for (const std::size_t operation : changes_)
            if (!c.changes.has(slot_of_[operation])) take(operations_[operation].effect, std::size_t{1});
        for (std::size_t k = 0; k < must_.size(); ++k)
            take(must_[k].effect, must_[k].operations.size() - c.must[k]);
        for (std::size_t k = 0; k < may_.size(); ++k)
            take(may_[k].effect, may_[k].operations.size() - c.may[k]);
    }

    /// The operation that `choice` stands for in `c`.
    std::size_t operation(const Configuration& c, Choice choice) const;
    const Effect& effect(std::size_t operation) const { return operations_[operation].effect; }

    /// All that must take effect has.
    bool complete(const Configuration& c) const;

private:
    static constexpr std::size_t no_slot = Slots::count_max;

    bool has_earlier_twin(const Configuration& c, std::size_t change) const;

    const std::vector<ItemOperation>& operations_;
    std::vector<std::size_t> slot_of_, kind_of_; ///< by operation
    std::vector<std::size_t> free_slots_;
    std::vector<std::size_t> in_slot_;
    std::vector<std::size_t> looks_, changes_; ///< operations in slots; changes in the order of their returns
    std::vector<Endless> must_, may_;          ///< all kinds there will be
};

} // namespace bookstore::history
