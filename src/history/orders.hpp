#pragma once
/// \file
/// What must hold of order numbers and of the order book, whatever happened to the items.
#include <string>
#include <vector>

#include <bookstore/history/operation.hpp>

namespace bookstore::history {

/// One number for a key and one key for a number; numbers in the order of real time; what was answered or
/// found once is found ever after, and not before it was asked for. Returns what is wrong.
std::vector<std::string> check_orders(const History& history);

/// The book is complete, and the same as the answers.
std::vector<std::string> check_book(const History& history, const OrderBook& book);

} // namespace bookstore::history
