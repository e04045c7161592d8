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

    bool operator==(const Record&) const = default;
};

/// The catalog has been told: these keys need not be told again.
struct Settled {
    std::vector<std::string> keys;

    bool operator==(const Settled&) const = default;
};

using OrderCommand = std::variant<Record, Settled>;

/// The order as it stands: the new one, or the one its key had already.
struct Recorded {
    Order order;

    bool operator==(const Recorded&) const = default;
};
/// The key stands for an order with other lines.
struct RecordConflict {
    bool operator==(const RecordConflict&) const = default;
};
struct SettledDone {
    bool operator==(const SettledDone&) const = default;
};
/// Not a command that this version knows, or one that its proposer should have refused: nothing changed.
struct OrderUnintelligible {
    bool operator==(const OrderUnintelligible&) const = default;
};

using OrderOutcome = std::variant<SettledDone, Recorded, RecordConflict, OrderUnintelligible>;

/// As for the catalog's: bounded, and Errc::corrupt for anything that encode() does not give.
std::string encode(const OrderCommand& command);
std::string encode(const OrderOutcome& outcome);
base::result<OrderCommand> decode_order_command(std::string_view bytes);
base::result<OrderOutcome> decode_order_outcome(std::string_view bytes);

} // namespace bookstore::shop
