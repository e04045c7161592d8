#include <catch2/catch.hpp>

#include <limits>

#include <bookstore/base/bytes.hpp>
#include <bookstore/shop/catalog_command.hpp>
#include <bookstore/shop/default_catalog.hpp>

#include "unit/shop/damage.hpp"

namespace bookstore::shop {
namespace {

constexpr auto int_min = std::numeric_limits<std::int64_t>::min();
constexpr auto int_max = std::numeric_limits<std::int64_t>::max();
constexpr auto id_max = std::numeric_limits<std::uint64_t>::max();

std::vector<CatalogCommand> some_of_each_command() {
    return {
        Stock{},
        Stock{3, true, default_catalog()},
        Sell{"key", {{ItemId{1}, 2}, {ItemId{id_max}, int_max}}, base::WallTime{1'700'000'000'000}},
        Sell{"", {}, base::WallTime{int_min}},
        Update{ItemId{1}, 5, std::nullopt},
        Update{ItemId{1}, std::nullopt, 0},
        Update{ItemId{1}, int_min, int_max},
        Update{ItemId{1}, std::nullopt, std::nullopt},
        AddBook{{ItemId{0}, "title \n\" with anything", std::string("to\0pic", 6), -1, int_max}},
        Settle{},
        Settle{{"a", "", std::string(300, 'k')}},
        ForgetSales{{"a", "b"}},
    };
}

std::vector<CatalogOutcome> some_of_each_outcome() {
    return {
        Done{},
        Sold{{{ItemId{1}, "title", 2, 100}, {ItemId{2}, "", 1, 0}}, 200, base::WallTime{5}},
        Sold{},
        OutOfStock{{{ItemId{1}, 0}, {ItemId{id_max}, int_max}}},
        UnknownItem{ItemId{9}},
        KeyReused{},
        Updated{default_catalog().front()},
        UpdateRefused{default_catalog().back()},
        IdTaken{},
        Unintelligible{},
        NotOpen{},
    };
}

TEST_CASE("catalog commands and outcomes survive the wire", "[shop][codec]") {
    for (const CatalogCommand& command : some_of_each_command()) {
        const auto decoded = decode_catalog_command(encode(command));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == command);
    }
    for (const CatalogOutcome& outcome : some_of_each_outcome()) {
        const auto decoded = decode_catalog_outcome(encode(outcome));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == outcome);
    }
}

TEST_CASE("the encoding of logs that exist does not change", "[shop][codec]") {
    CHECK(encode(CatalogCommand{Sell{"k", {{ItemId{3}, 1}}, base::WallTime{1}}}) ==
          std::string("\x02\x01k\x01\x03\x02\x02"));
    CHECK(encode(CatalogCommand{Update{ItemId{3}, -1, 7}}) == std::string("\x03\x03\x03\x01\x0e"));
    CHECK(encode(CatalogCommand{ForgetSales{{"k"}}}) == std::string("\x07\x01\x01k"));
    CHECK(encode(CatalogOutcome{NotOpen{}}) == std::string("\x0a"));
}

TEST_CASE("damaged catalog bytes are refused or decode to something, and never crash", "[shop][codec]") {
    const auto truncated_command = [](std::string_view bytes) {
        CHECK(decode_catalog_command(bytes).error() == base::Errc::corrupt);
    };
    const auto truncated_outcome = [](std::string_view bytes) {
        CHECK(decode_catalog_outcome(bytes).error() == base::Errc::corrupt);
    };
    // What decodes all the same must be something that can be encoded again.
    const auto flipped_command = [](std::string_view bytes) {
        const auto decoded = decode_catalog_command(bytes);
        if (decoded) CHECK(decode_catalog_command(encode(*decoded)).value() == *decoded);
    };
    const auto flipped_outcome = [](std::string_view bytes) {
        const auto decoded = decode_catalog_outcome(bytes);
        if (decoded) CHECK(decode_catalog_outcome(encode(*decoded)).value() == *decoded);
    };
    base::Random dice(2024);
    for (const CatalogCommand& command : some_of_each_command()) {
        test::truncate(encode(command), truncated_command);
        test::flip(encode(command), dice, 500, flipped_command);
    }
    for (const CatalogOutcome& outcome : some_of_each_outcome()) {
        test::truncate(encode(outcome), truncated_outcome);
        test::flip(encode(outcome), dice, 500, flipped_outcome);
    }
}

TEST_CASE("bytes after a command are damage", "[shop][codec]") {
    CHECK_FALSE(decode_catalog_command(encode(CatalogCommand{Settle{}}) + '\0').has_value());
    CHECK_FALSE(decode_catalog_outcome(encode(CatalogOutcome{Done{}}) + '\0').has_value());
}

TEST_CASE("kinds of command that are not known are damage", "[shop][codec]") {
    CHECK_FALSE(decode_catalog_command(std::string(1, '\0')).has_value());
    CHECK_FALSE(decode_catalog_command("\x07").has_value());
    CHECK_FALSE(decode_catalog_outcome(std::string(1, '\0')).has_value());
    CHECK_FALSE(decode_catalog_outcome("\x0b").has_value());
}

TEST_CASE("a hostile count takes no memory", "[shop][codec]") {
    const auto claim = [](std::string before, std::uint64_t count) {
        base::ByteWriter out;
        out.raw(before);
        out.varint(count);
        out.raw(std::string(1000, '\1'));
        return out.take();
    };
    CHECK_FALSE(decode_catalog_command(claim({"\x01\0\0", 3}, id_max)).has_value()); // Stock's books
    CHECK_FALSE(decode_catalog_command(claim("\x02\1k", id_max / 16)).has_value());  // Sell's lines
    CHECK_FALSE(decode_catalog_command(claim("\x05", 1'000'000'000)).has_value());   // Settle's keys
    CHECK_FALSE(decode_catalog_outcome(claim("\x02", 1'000'000)).has_value());       // Sold's lines
    CHECK_FALSE(decode_catalog_outcome(claim("\x03", 101)).has_value());             // more than an order has
}

} // namespace
} // namespace bookstore::shop
