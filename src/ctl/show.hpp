#pragma once
/// \file
/// Books and orders on paper.
#include <string>
#include <vector>

#include <bookstore/ctl/text_table.hpp>

#include "ctl/command.hpp"
#include "ctl/shop_json.hpp"

namespace bookstore::ctl {

std::string show_books(const std::vector<Book>& books, const Style& style);
std::string show_book(const Book& book, const Style& style);
std::string show_order(const Order& order, const Style& style);

/// "5", in yellow when few are left and in red when none is.
std::string show_stock(std::int64_t stock, const Style& style);

/// "2026-01-31T12:00:00.000Z" -> "2026-01-31 12:00:00 UTC"; anything else as it is.
std::string show_time(const std::string& iso8601);

/// The answer to a command about one book, or one order, as it was asked for: on paper, or its JSON as it
/// came. Throws CommandFailed unless the shop did what it should.
void print_book(Context& context, const net::Response& response);
void print_order(Context& context, const net::Response& response);

} // namespace bookstore::ctl
