#include <catch2/catch.hpp>

#include "unit/shop/open_shop.hpp"

namespace bookstore::shop {
namespace {

using test::noon;
using test::noon_ms;
using test::open;
using test::sell;
using test::stock_of;

Book a_book(std::uint64_t id) {
    return {ItemId{id}, "A Book", "new topic", 50, 3};
}

TEST_CASE("a sale takes all lines and remembers title and cost", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    const CatalogOutcome outcome = shop.apply(sell("k", {{ItemId{2}, 2}, {ItemId{7}, 5}}));
    const Sold expected{
        {{ItemId{2}, "RPCs for Dummies", 2, 200}, {ItemId{7}, "Spring in the Pioneer Valley", 5, 400}},
        2400,
        noon};
    CHECK(outcome == CatalogOutcome{expected});
    CHECK(stock_of(shop, 2) == 3);
    CHECK(stock_of(shop, 7) == 0);
    CHECK(shop.sold(ItemId{2}) == 2);
    CHECK(shop.sold(ItemId{1}) == 0);
    CHECK(shop.sale("k") == outcome);

    SECTION("the same key gives it again, at the old price and time") {
        shop.apply(Update{ItemId{2}, 10, 999});
        CHECK(shop.apply(sell("k", {{ItemId{2}, 2}, {ItemId{7}, 5}}, base::WallTime{5})) == outcome);
        CHECK(stock_of(shop, 2) == 13);
    }
    SECTION("the same key with other lines is another purchase") {
        const CatalogOutcome reused{KeyReused{}};
        CHECK(shop.apply(sell("k", {{ItemId{2}, 2}})) == reused);
        CHECK(shop.apply(sell("k", {{ItemId{2}, 1}, {ItemId{7}, 5}})) == reused);
        CHECK(shop.apply(sell("k", {{ItemId{7}, 5}, {ItemId{2}, 2}})) == reused);
        CHECK(shop.sale("k") == outcome);
        CHECK(stock_of(shop, 2) == 3);
    }
    shop.check_invariants();
}

TEST_CASE("a purchase that is short of anything takes nothing", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    const Sell too_much = sell("k", {{ItemId{5}, 6}, {ItemId{1}, 5}, {ItemId{2}, 1'000'000}});
    const CatalogOutcome outcome = shop.apply(too_much);
    CHECK(outcome == CatalogOutcome{OutOfStock{{{ItemId{5}, 5}, {ItemId{2}, 5}}}});
    CHECK(stock_of(shop, 1) == 5);
    CHECK(shop.unsettled_count() == 0);

    SECTION("and stays refused under its key, whatever is delivered") {
        shop.apply(Update{ItemId{5}, 1'000'000, {}});
        shop.apply(Update{ItemId{2}, 1'000'000, {}});
        CHECK(shop.apply(too_much) == outcome);
        CHECK(shop.apply(sell("other", too_much.lines)) != outcome);
    }
    SECTION("and its key is taken") {
        CHECK(shop.apply(sell("k", {{ItemId{1}, 1}})) == CatalogOutcome{KeyReused{}});
    }
    SECTION("until it is forgotten") {
        shop.apply(Update{ItemId{5}, 1, {}});
        shop.apply(ForgetSales{{"k"}});
        CHECK(std::holds_alternative<Sold>(shop.apply(sell("k", {{ItemId{5}, 6}}))));
    }
    shop.check_invariants();
}

TEST_CASE("the last copy is sold once", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    int sold = 0;
    for (int i = 0; i < 64; ++i) {
        const CatalogOutcome outcome = shop.apply(sell("k" + std::to_string(i), {{ItemId{1}, 1}}));
        if (std::holds_alternative<Sold>(outcome)) ++sold;
    }
    CHECK(sold == 5);
    CHECK(stock_of(shop, 1) == 0);
    shop.check_invariants();
}

// Seed 1144 of the shops, 2026-11-23: a purchase was tried at two order servers; the catalog did not have the
// item when it was asked by the second, and the buyer was told so; it had when the first came through, and
// sold.
TEST_CASE("who was told that there is no such item is not sold it later", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    const Sell of_two = sell("k", {{ItemId{1}, 9}, {ItemId{9}, 1}, {ItemId{8}, 1}});
    const CatalogOutcome unknown{UnknownItem{ItemId{9}}};
    CHECK(shop.apply(of_two) == unknown);
    CHECK(shop.sale("k") == unknown);
    shop.apply(AddBook{a_book(9)});
    shop.apply(AddBook{a_book(8)});
    shop.apply(Update{ItemId{1}, 4, {}});
    CHECK(shop.apply(of_two) == unknown);
    CHECK(shop.apply(sell("k", {{ItemId{9}, 1}})) == CatalogOutcome{KeyReused{}});
    CHECK(std::holds_alternative<Sold>(shop.apply(sell("k2", {{ItemId{9}, 1}}))));
    shop.check_invariants();
}

TEST_CASE("sales that should never have been proposed are refused without a trace", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    const std::uint64_t before = shop.digest();
    const CatalogOutcome refused{Unintelligible{}};
    CHECK(shop.apply(sell("", {{ItemId{1}, 1}})) == refused);
    CHECK(shop.apply(sell("k k", {{ItemId{1}, 1}})) == refused);
    CHECK(shop.apply(sell("k", {})) == refused);
    CHECK(shop.apply(sell("k", {{ItemId{1}, 0}})) == refused);
    CHECK(shop.apply(sell("k", {{ItemId{1}, -1}})) == refused);
    CHECK(shop.apply(sell("k", {{ItemId{1}, 1}, {ItemId{1}, 1}})) == refused);
    CHECK(decode_catalog_outcome(shop.apply("\xffnonsense", 7)).value() == refused);
    CHECK(shop.digest() == before);
}

TEST_CASE("a sale is unsettled until the order book has it", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    const auto unsettled = [&](std::uint64_t until, std::size_t limit) {
        std::vector<std::string> keys;
        for (const UnsettledSale& sale : shop.unsettled(until, limit))
            keys.push_back(sale.key);
        return keys;
    };
    using Keys = std::vector<std::string>;
    // Times that jump about: who made the sale had a clock of its own.
    shop.apply(sell("early", {{ItemId{1}, 1}}, base::WallTime{30'000'000'000'000}), 10);
    shop.apply(sell("b", {{ItemId{1}, 1}}, base::WallTime{20}), 20);
    shop.apply(sell("a", {{ItemId{1}, 1}}, base::WallTime{-20}), 20);
    shop.apply(sell("refused", {{ItemId{1}, 100}}, base::WallTime{5}), 25);
    shop.apply(sell("late", {{ItemId{1}, 1}}, base::WallTime{0}), 30);

    CHECK(unsettled(100, 10) == Keys{"early", "b", "a", "late"});
    CHECK(unsettled(29, 10) == Keys{"early", "b", "a"});
    CHECK(unsettled(9, 10).empty());
    CHECK(unsettled(100, 2) == Keys{"early", "b"});
    CHECK(shop.unsettled(10, 1).front().sold == std::get<Sold>(*shop.sale("early")));

    shop.apply(Settle{{"a", "refused", "never heard of", "a"}}, 40);
    CHECK(unsettled(100, 10) == Keys{"early", "b", "late"});
    CHECK(shop.unsettled_count() == 3);
    shop.check_invariants();

    SECTION("settling changes nothing for a buyer who asks again") {
        CHECK(shop.apply(sell("a", {{ItemId{1}, 1}}, base::WallTime{99})) == *shop.sale("a"));
        CHECK(stock_of(shop, 1) == 1);
    }
    SECTION("it is closed since it was settled, or refused") {
        CHECK(shop.closed(100, 10) == Keys{"refused", "a"});
        CHECK(shop.closed(100, 1) == Keys{"refused"});
        CHECK(shop.closed(39, 10) == Keys{"refused"});
        CHECK(shop.closed(24, 10).empty());
    }
    SECTION("only what is settled or refused is forgotten") {
        shop.apply(ForgetSales{{"refused", "early", "never heard of"}}, 50);
        CHECK(shop.sale("refused") == std::nullopt);
        CHECK(shop.sale("a"));
        CHECK(shop.sale("early"));
        shop.apply(ForgetSales{{"a", "a"}}, 51);
        CHECK(shop.closed(100, 10).empty());
        CHECK(shop.sale("a") == std::nullopt);
        CHECK(unsettled(100, 10) == Keys{"early", "b", "late"});
        CHECK(shop.sold(ItemId{1}) == 4);
        shop.check_invariants();
    }
}

} // namespace
} // namespace bookstore::shop
