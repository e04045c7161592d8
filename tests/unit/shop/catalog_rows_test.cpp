#include <catch2/catch.hpp>

#include <stdexcept>

#include "unit/shop/open_shop.hpp"
#include "unit/shop/stored_rows.hpp"

namespace bookstore::shop {
namespace {

constexpr std::uint8_t books = 0;
constexpr std::uint8_t sales = 1;
constexpr std::uint8_t shop_table = 2;

using base::Row;
using test::noon;
using test::noon_ms;

struct StoredShop {
    CatalogState state;
    test::StoredRows rows;

    StoredShop() {
        test::open(state);
        store();
    }
    void store() { rows.apply(state.take_changes()); }
};

TEST_CASE("rows are what an operator wants to read", "[shop][rows]") {
    StoredShop shop;
    shop.state.apply(Sell{"s", {{ItemId{2}, 2}, {ItemId{1}, 1}}, noon});
    shop.state.apply(Sell{"r", {{ItemId{2}, 1}, {ItemId{3}, 9}}, noon});
    shop.state.apply(Update{ItemId{2}, 10, 250});
    shop.store();

    CHECK(shop.rows.row(books, 2) == Row{2, "RPCs for Dummies", "ds", 250, 13, 2, 15});
    CHECK(
        shop.rows.row(sales, 1) ==
        Row{1, "s", noon_ms, "sold", 500,
            "2 x 2 @ 200 RPCs for Dummies\n1 x 1 @ 100 How to get a good grade in 677 in 20 minutes a day"});
    CHECK(shop.rows.row(sales, 2) == Row{2, "r", noon_ms, "refused", 0, "2 x 1\n3 x 9, 5 left"});
    CHECK(shop.rows.row(shop_table, "parts") == Row{"parts", 1});
    CHECK(shop.rows.row(shop_table, "open") == Row{"open", 1});
    CHECK(shop.rows.row(shop_table, "sales") == Row{"sales", 2});

    shop.state.apply(Settle{{"s"}});
    shop.store();
    CHECK(std::get<std::string>(shop.rows.row(sales, 1)[3]) == "settled");
    CHECK(shop.rows.size() == 7 + 2 + 3);
    shop.state.apply(ForgetSales{{"r", "s"}});
    shop.store();
    CHECK(shop.rows.size() == 7 + 3);
}

TEST_CASE("a row that changed many times is stored once", "[shop][rows]") {
    StoredShop shop;
    CHECK(shop.state.take_changes().empty());
    shop.state.apply(Update{ItemId{1}, 1'000, {}});
    for (int i = 0; i < 1'000; ++i)
        shop.state.apply(Sell{"k" + std::to_string(i), {{ItemId{1}, 1}}, noon});
    CHECK(shop.state.changed_rows() == 1'000 + 1);
    CHECK(shop.state.take_changes().size() == 1'000 + 1 + 3);
    CHECK(shop.state.changed_rows() == 0);

    shop.state.apply(Update{ItemId{1}, std::nullopt, std::nullopt});
    shop.state.apply(Sell{"k1", {{ItemId{1}, 1}}, noon});
    CHECK(shop.state.take_changes().empty());
}

TEST_CASE("a key that is forgotten and used again between two takes is stored as it ends", "[shop][rows]") {
    StoredShop shop;
    shop.state.apply(Sell{"k", {{ItemId{1}, 9}}, base::WallTime{1}});
    shop.state.apply(ForgetSales{{"k"}});
    shop.store();
    CHECK(shop.rows.row(sales, 1).empty());

    shop.state.apply(Sell{"k", {{ItemId{1}, 9}}, base::WallTime{3}});
    shop.store();
    shop.state.apply(ForgetSales{{"k"}});
    shop.state.apply(Sell{"k", {{ItemId{1}, 1}}, base::WallTime{5}});
    shop.store();
    CHECK(shop.rows.row(sales, 2).empty());
    CHECK(std::get<std::string>(shop.rows.row(sales, 3)[3]) == "sold");
}

TEST_CASE("the number of a sale is never given again, whatever is forgotten", "[shop][rows]") {
    StoredShop shop;
    shop.state.apply(Sell{"a", {{ItemId{1}, 1}}, noon});
    shop.state.apply(Sell{"b", {{ItemId{1}, 9}}, noon});
    shop.state.apply(ForgetSales{{"b"}});
    shop.store();
    CatalogState reloaded;
    shop.rows.load_into(reloaded);
    CHECK(reloaded.digest() == shop.state.digest());
    for (CatalogState* state : {&shop.state, &reloaded}) {
        state->apply(Sell{"c", {{ItemId{1}, 1}}, noon});
        state->check_invariants();
    }
    CHECK(reloaded.digest() == shop.state.digest());
    shop.store();
    CHECK(std::get<std::string>(shop.rows.row(sales, 3)[1]) == "c");
}

TEST_CASE("a reloaded shop remembers to the byte", "[shop][rows]") {
    StoredShop shop;
    const std::string tricky = "2 x 3 @ 4, 5 left \\n \"quoted\" \xe4\xb8\xad ";
    shop.state.apply(AddBook{{ItemId{0}, tricky, "an odd, topic", 0, 5}});
    const std::string sold = encode(CatalogCommand{Sell{"s", {{ItemId{8}, 2}, {ItemId{1}, 1}}, noon}});
    const std::string refused = encode(CatalogCommand{Sell{"r", {{ItemId{8}, 9}, {ItemId{1}, 1}}, noon}});
    const std::string sold_outcome = shop.state.apply(sold, 2);
    const std::string refused_outcome = shop.state.apply(refused, 3);
    shop.store();

    CatalogState reloaded;
    reloaded.apply(AddBook{}); // whatever was there before
    shop.rows.load_into(reloaded);
    CHECK(reloaded.open());
    CHECK(reloaded.digest() == shop.state.digest());
    CHECK(reloaded.apply(sold, 4) == sold_outcome);
    CHECK(reloaded.apply(refused, 5) == refused_outcome);
    CHECK(reloaded.apply(Sell{"s", {{ItemId{8}, 2}}, noon}) == CatalogOutcome{KeyReused{}});
    CHECK(reloaded.apply(Sell{"r", {{ItemId{8}, 9}}, noon}) == CatalogOutcome{KeyReused{}});
    CHECK(reloaded.unsettled(1, 10).size() == 1);
    CHECK(reloaded.take_changes().empty());
    CHECK(reloaded.digest() == reloaded.recompute_digest());
    reloaded.check_invariants();
}

TEST_CASE("a reloaded sale has been closed since the first command after that, for all that is known",
          "[shop][rows]") {
    StoredShop shop;
    shop.state.apply(Sell{"s", {{ItemId{1}, 1}}, noon}, 10);
    shop.state.apply(Sell{"open", {{ItemId{1}, 1}}, noon}, 11);
    shop.state.apply(Settle{{"s"}}, 12);
    shop.store();
    using Keys = std::vector<std::string>;
    CHECK(shop.state.closed(12, 10) == Keys{"s"});

    CatalogState reloaded;
    reloaded.apply(AddBook{}, 5); // whatever was there before, an older state of this shop perhaps
    shop.rows.load_into(reloaded);
    CHECK(reloaded.closed(1'000, 10).empty());
    reloaded.apply(Settle{{"open"}}, 30);
    CHECK(reloaded.closed(29, 10).empty());
    CHECK(reloaded.closed(30, 10) == Keys{"s", "open"});
    reloaded.check_invariants();
}

TEST_CASE("a shop half stocked goes on after a reload", "[shop][rows]") {
    CatalogState state;
    test::StoredRows rows;
    state.apply(Stock{0, false, {default_catalog()[0]}});
    rows.apply(state.take_changes());
    CatalogState reloaded;
    rows.load_into(reloaded);
    CHECK_FALSE(reloaded.open());
    CHECK(reloaded.next_part() == 1);
    CHECK(reloaded.digest() == state.digest());
}

TEST_CASE("an empty shop has the digest of nothing", "[shop][rows]") {
    CatalogState state;
    CHECK(state.digest() == 0);
    state.apply(Stock{0, true, default_catalog()});
    const std::uint64_t full = state.digest();
    CHECK(full != 0);
    state.clear();
    CHECK(state.digest() == 0);
    CHECK(state.size() == 0);
    CHECK(state.take_changes().empty());
    state.apply(Stock{0, true, default_catalog()});
    CHECK(state.digest() == full);
}

TEST_CASE("rows that cannot be are refused with their place", "[shop][rows]") {
    CatalogState state;
    const auto refused = [&](std::uint8_t table, Row row) {
        CHECK_THROWS_AS(state.load(table, row), std::runtime_error);
    };
    refused(books, {1, "T", "ds", 1, 1, 0});      // a column short
    refused(books, {"1", "T", "ds", 1, 1, 0, 1}); // a text for an integer
    refused(books, {1, 2, "ds", 1, 1, 0, 1});     // an integer for a text
    refused(books, {0, "T", "ds", 1, 1, 0, 1});   // no id
    refused(books, {1, "T", "ds", 1, -1, 2, 1});  // oversold
    refused(books, {1, "T", "ds", 1, 1, 1, 1});   // received is not stock + sold
    refused(books, {1, "", "ds", 1, 1, 0, 1});    // no title
    refused(sales, {1, "a key", 1, "sold", 1, "1 x 1 @ 1 T"});
    refused(sales, {1, "k", 1, "lost", 1, "1 x 1 @ 1 T"});
    refused(sales, {1, "k", 1, "sold", 1, "1 x 1, 0 left"});
    refused(sales, {1, "k", 1, "sold", 1, "01 x 1 @ 1 T"});
    refused(sales, {1, "k", 1, "sold", 1, "1 x 1 @ 1"});
    refused(sales, {1, "k", 1, "sold", 1, ""});
    refused(sales, {1, "k", 1, "refused", 0, "1 x 1 @ 1 T"});
    refused(sales, {1, "k", 1, "refused", 0, "1 x 1, 0"});
    refused(sales, {1, "k", 1, "refused", 0, "1 x 99999999999999999999"});
    refused(sales, {0, "k", 1, "sold", 1, "1 x 1 @ 1 T"}); // no number
    refused(shop_table, {"closed", 1});
    refused(shop_table, {"sales", 0});
    refused(shop_table, {"open", 0});
    refused(3, {1});
    CHECK(state.digest() == 0);

    CHECK_THROWS_WITH(state.load(books, {7, "T", "ds", 1, 1, 1, 1}),
                      "table books, row 7: received is not stock + sold");
    state.load(books, {7, "T", "ds", 1, 1, 1, 2});
    refused(books, {7, "T", "ds", 1, 1, 1, 2}); // twice
    state.load(sales, {4, "k", 1, "sold", 1, "7 x 1 @ 1 T"});
    refused(sales, {5, "k", 1, "sold", 1, "7 x 1 @ 1 T"}); // twice
    refused(sales, {4, "l", 1, "sold", 1, "7 x 1 @ 1 T"}); // its number is
    refused(shop_table, {"sales", 3});                     // before the last there is
}

} // namespace
} // namespace bookstore::shop
