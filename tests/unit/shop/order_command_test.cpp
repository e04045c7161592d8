#include <catch2/catch.hpp>

#include <limits>

#include <bookstore/shop/order_command.hpp>

#include "unit/shop/damage.hpp"

namespace bookstore::shop {
namespace {

const std::vector<SoldLine> two_lines{{ItemId{1}, "RPCs for Dummies", 2, 200}, {ItemId{300}, "", 1, 0}};

std::vector<OrderCommand> some_of_each_command() {
    return {
        Record{"key", base::WallTime{1'700'000'000'000}, two_lines, 400},
        Record{},
        Settled{},
        Settled{{"a", "", std::string(300, 'k')}},
    };
}

std::vector<OrderOutcome> some_of_each_outcome() {
    return {
        SettledDone{},
        Recorded{{OrderNumber{17}, "key", base::WallTime{-5}, two_lines, 400}},
        Recorded{{OrderNumber{std::numeric_limits<std::uint64_t>::max()}, "", base::WallTime{}, {}, -1}},
        RecordConflict{},
        OrderUnintelligible{},
    };
}

TEST_CASE("order commands and outcomes survive the wire", "[shop][codec]") {
    for (const OrderCommand& command : some_of_each_command()) {
        const auto decoded = decode_order_command(encode(command));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == command);
    }
    for (const OrderOutcome& outcome : some_of_each_outcome()) {
        const auto decoded = decode_order_outcome(encode(outcome));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == outcome);
    }
}

TEST_CASE("damaged order bytes are refused or decode to something, and never crash", "[shop][codec]") {
    base::Random dice(2025);
    for (const OrderCommand& command : some_of_each_command()) {
        test::truncate(encode(command), [](std::string_view bytes) {
            CHECK(decode_order_command(bytes).error() == base::Errc::corrupt);
        });
        test::flip(encode(command), dice, 500, [](std::string_view bytes) {
            const auto decoded = decode_order_command(bytes);
            if (decoded) CHECK(decode_order_command(encode(*decoded)).value() == *decoded);
        });
    }
    for (const OrderOutcome& outcome : some_of_each_outcome()) {
        test::truncate(encode(outcome), [](std::string_view bytes) {
            CHECK(decode_order_outcome(bytes).error() == base::Errc::corrupt);
        });
        test::flip(encode(outcome), dice, 500, [](std::string_view bytes) {
            const auto decoded = decode_order_outcome(bytes);
            if (decoded) CHECK(decode_order_outcome(encode(*decoded)).value() == *decoded);
        });
    }
}

TEST_CASE("order bytes of no known kind, or with a rest, are damage", "[shop][codec]") {
    CHECK_FALSE(decode_order_command("\x03").has_value());
    CHECK_FALSE(decode_order_outcome("\x05").has_value());
    CHECK_FALSE(decode_order_command(encode(OrderCommand{Settled{}}) + '\0').has_value());
    CHECK_FALSE(decode_order_command("\x02\xff\xff\xff\xff\x0f").has_value()); // 4 G keys in no bytes
}

} // namespace
} // namespace bookstore::shop
