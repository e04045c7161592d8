#pragma once
/// \file
/// Does what the shoppers saw fit together, and with the order book?
#include <optional>
#include <string>

#include "sim/shop/shopper.hpp"

namespace bookstore::shopsim {

/// What is wrong, or nothing. `book`: all orders, read when all was quiet. `forgetful`: refused purchases may
/// have been forgotten meanwhile.
std::optional<std::string> verdict(const Journal& journal, const history::OrderBook& book, bool forgetful);

} // namespace bookstore::shopsim
