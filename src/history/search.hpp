#pragma once
/// \file
/// Can the operations on one item be put in an order that the model allows?
///
/// The returns are gone through in turn, with the set of all *configurations* that the operations so far can
/// have led to: the state, which of the operations under way have taken effect already, and how many of those
/// that never return have. At each return the configurations in which that operation has not taken effect are
/// carried on, by operations under way, until it has; those that get there are the next set. An empty set is
/// the proof that no order exists.
///
/// What keeps the sets small, and why nothing is lost by it:
///  - What only looks is placed as soon as it fits: it changes nothing for the others.
///  - Operations with the same effect take effect in the order in which they return, and those that never
///    return are only counted: exchanging two of them gives an order that is as good.
///  - A configuration is dropped for one that can do all that it can: same state, same operations done, at
///    least the same looks, no more of those used up that need not take effect at all.
///  - A step that only moves stock and can be made is made, when all else that is at hand only moves stock.
///  - A configuration from which no operations at hand lead to what the returning one needs is not carried
///    on.
#include <cstdint>
#include <vector>

#include <bookstore/history/check.hpp>

#include "history/item_history.hpp"

namespace bookstore::history {

/// Positions are those in ItemHistory::operations.
struct SearchResult {
    Result result = Result::correct;
    std::uint64_t configurations = 0;

    // Of a violation:
    std::size_t misfit = 0;
    std::vector<std::size_t> prefix; ///< a longest one
    std::vector<std::size_t> open;   ///< called, not returned and not in `prefix`, without the misfit
    std::vector<State> states;       ///< in which the misfit was tried, each once; a few
};

SearchResult search(const ItemHistory& item, std::uint64_t configurations_max);

} // namespace bookstore::history
