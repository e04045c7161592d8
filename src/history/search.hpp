#pragma once
/// \file
/// Can the operations on one item be put in an order that the model allows?
///
/// Calls and returns are gone through in turn, with a *configuration*: the state, which of the operations
/// under way have taken effect already, and how many of those that never return have. At each return at which
/// that operation has not taken effect yet, operations under way are made to take effect until it has: itself
/// if it can, and if that leads nowhere, others before it. Configurations that were tried are remembered.
/// When none is left, no order exists.
///
/// What keeps them few, and why nothing is lost by it:
///  - What only looks is placed as soon as it fits: it changes nothing for the others.
///  - Operations with the same effect take effect in the order in which they return, and those that never
///    return are only counted: exchanging two of them gives an order that is as good.
///  - A configuration is needless when one was tried at the same return that can do all that it can: same
///    state, same operations done, at least the same looks, no more of those used up that need not take
///    effect at all.
///  - A purchase that can be made is made, and nothing before it, when no operation at hand can tell the
///    difference.
///  - A configuration is given up from which no operations at hand lead to what the returning one needs.
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
