#pragma once
/// \file
/// Operations in words.
#include <string>

#include <bookstore/history/operation.hpp>

#include "history/effect.hpp"
#include "history/search.hpp"

namespace bookstore::history {

/// "client 3 bought 2 of item 1 at 100 each, key k-1, order 17  [12.300 ms .. 15.220 ms]": times since the
/// call of the first operation in the history.
std::string describe(const History& history, std::size_t position);
std::string describe(const State& state);

/// "buy 2 at 100: order 17": as it concerns `item`.
std::string short_text(const Operation& operation, Item item);

/// Why `item` cannot be put in order. A few lines.
std::string describe(const History& history, const ItemHistory& item, const SearchResult& failed);

} // namespace bookstore::history
