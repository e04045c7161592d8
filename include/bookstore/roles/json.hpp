#pragma once
/// \file
/// The shapes of docs/openapi.json, written and read in this one place.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/shop/book.hpp>
#include <bookstore/shop/catalog_command.hpp>
#include <bookstore/shop/order.hpp>

namespace bookstore::roles::json {

void append_string(std::string& out, std::string_view text); ///< UTF-8, quoted and escaped
void append_book(std::string& out, const shop::Book& book);
std::string book(const shop::Book& book);
std::string books(const std::vector<const shop::Book*>& books); ///< {"books": [...]}
/// {"books": [...], "next": cursor or null}
std::string page(const std::vector<const shop::Book*>& books, std::optional<std::uint64_t> next);
std::string order(const shop::Order& order);
/// `"short": [{"item": 1, "stock": 0}]`, for problem()'s further members.
std::string short_member(const std::vector<shop::Shortage>& shortages);

/// A parse's failure: words for the one who sent it.
template <typename T>
struct Parsed {
    std::optional<T> value;
    std::string problem;
};

/// {"lines": [{"item": 1, "quantity": 1}, ...]}; quantity may be left out (1).
Parsed<std::vector<shop::Line>> parse_order_request(std::string_view body);

struct BookChange {
    std::optional<std::int64_t> delta;
    std::optional<std::int64_t> cost;
    int order = 1; ///< of /update: 1 from outside the group, 0 passed on already
};
/// {"delta": int, "cost": int, "order": 0 or 1}: delta, cost or both. `with_order`: the third is allowed.
Parsed<BookChange> parse_book_change(std::string_view body, bool with_order);

/// {"title", "topic", "cost", "stock", and optionally "id"}; also one line of a catalogue file.
Parsed<shop::Book> parse_book(std::string_view body);

/// A positive decimal integer that fits in 63 bits, nothing else.
std::optional<std::uint64_t> parse_positive(std::string_view text);

} // namespace bookstore::roles::json
