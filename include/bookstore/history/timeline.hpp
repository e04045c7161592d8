#pragma once
/// \file
/// What is wrong with a history, as a drawing.
#include <string>

#include <bookstore/history/check.hpp>

namespace bookstore::history {

/// A self-contained SVG, without scripts, of the report's first counter-example: a lane for each client, a
/// bar for each operation from its call to its return, numbered in the order that explains them; the one that
/// fits nowhere is marked. Across, calls and returns stand in the order of time, equally far apart. Below,
/// the same in words. Without a counter-example only the words.
///
/// `history`: the one that was checked; when an order book was given, what resolve() made of it.
std::string timeline(const History& history, const Report& report);

} // namespace bookstore::history
