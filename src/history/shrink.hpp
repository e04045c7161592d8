#pragma once
/// \file
/// A violation made small enough to look at.
///
/// Each step keeps what is left a violation only if the whole was one: an order of the whole would give one
/// of the rest. What returned after the misfit is taken as not having returned; looks are left out, because
/// they change nothing for the others; and what came before all else becomes one operation, which puts there
/// what it left behind. Other changes stay: without them a correct history may look wrong.
#include "history/item_history.hpp"
#include "history/search.hpp"

namespace bookstore::history {

struct Shrunk {
    ItemHistory item;
    SearchResult found; ///< of `item`: a violation
};

/// `failed`: what the search said of `item`, a violation. Bounded in effort; gives `item` itself when it can
/// do nothing.
Shrunk shrink(const ItemHistory& item, const SearchResult& failed);

/// All that returned by `until` as one operation, ItemHistory::before; looks that were under way then are
/// left out. Nothing when it is not certain what the item was then.
std::optional<ItemHistory> fold(const ItemHistory& item, Instant until);

} // namespace bookstore::history
