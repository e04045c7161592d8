#pragma once
/// \file
/// Histories and order books as text: JSON Lines, an operation or an order a line.
///
///   {"client":3,"call":100,"return":250,"op":"buy","key":"k-1","lines":[{"item":1,"quantity":1,"cost":100}],
///    "outcome":"bought","order":17}
///   "return": null when no answer came that says what happened; the outcome is "unknown" then.
///
///   buy     key, lines, outcome: bought (order; a cost in every line), out_of_stock ("short":
///           [{"item":1,"stock":0}]), unknown_item, refused, unknown
///   read    item, stock, cost, version, source; or item, "absent": true
///   update  item, delta, cost, outcome: done (stock: after it; cost: after it), refused, unknown_item,
///   unknown.
///           The cost asked for is also the cost after it, so an update of the stock alone that tells the
///           cost after it has "cost_after" instead
///   add     item (may be missing when unknown), stock, cost, outcome: done, unknown
///   order   order, found, key
///
/// An order: {"order":17,"key":"k-1","lines":[{"item":1,"quantity":1,"cost":100}]}; members that are not
/// named here are ignored in both, so an answer of the shop may be written down as it came.
#include <istream>
#include <ostream>
#include <stdexcept>

#include <bookstore/history/operation.hpp>

namespace bookstore::history {

/// Bad input: "line 17: ...", what is wrong and what is allowed.
class ParseError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

constexpr std::size_t line_bytes_max = 64u << 10;
constexpr std::size_t operations_max = 10'000'000;

/// Line by line: memory is that of the operations. Empty lines are skipped. Throws ParseError.
History read_history(std::istream& in);
OrderBook read_orders(std::istream& in);

void write(std::ostream& out, const Operation& operation); ///< one line
void write(std::ostream& out, const History& history);
void write(std::ostream& out, const BookedOrder& order); ///< one line

} // namespace bookstore::history
