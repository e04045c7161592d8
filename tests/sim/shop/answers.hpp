#pragma once
/// \file
/// What a client writes and reads: JSON of the public surface, into the words of a history.
#include <optional>
#include <string>
#include <vector>

#include <bookstore/history/operation.hpp>
#include <bookstore/net/http_message.hpp>

#include "sim/shop/keys.hpp"

namespace bookstore::shopsim {

/// Of POST /v1/orders.
std::string order_body(const Content& content);

struct Receipt {
    std::uint64_t order = 0;
    std::vector<history::BuyLine> lines; ///< none: the answer was plain text, and did not tell
};
/// A purchase's answer of status 200 or 201; nothing when it says "Out of Stock".
std::optional<Receipt> read_purchase(const net::Response& response);
std::vector<history::Shortage> read_shortages(const net::Response& response);
/// Items and quantities; costs are not looked at.
bool same_lines(const std::vector<history::BuyLine>& a, const std::vector<history::BuyLine>& b);

/// A book, or each of {"books": [...]}, with the answer's version and source. Throws std::exception for
/// anything else.
std::vector<history::Read> read_books(const net::Response& response);
/// The key of an order.
std::string read_order_key(const net::Response& response);

} // namespace bookstore::shopsim
