#pragma once
/// \file
/// What the order group replicates.
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/shop/order.hpp>

namespace bookstore::shop {

/// Writes a sale into the order book: the next number, once per key.
struct Record {
    std::string key;
    base::WallTime at{};
    std::vector<SoldLine> lines;
    std::int64_t total = 0;
};

/// The catalog has been told: these keys need not be told again.
struct Settled {
    std::vector<std::string> keys;
};

using OrderCommand = std::variant<Record, Settled>;

/// The order as it stands: the new one, or the one its key had already.
struct Recorded {
    Order order;
};
/// The key stands for an order with other lines.
struct RecordConflict {};
struct SettledDone {};
struct OrderUnintelligible {};

using OrderOutcome = std::variant<SettledDone, Recorded, RecordConflict, OrderUnintelligible>;

std::string encode(const OrderCommand& command);
std::string encode(const OrderOutcome& outcome);
base::result<OrderCommand> decode_order_command(std::string_view bytes);
base::result<OrderOutcome> decode_order_outcome(std::string_view bytes);

} // namespace bookstore::shop
