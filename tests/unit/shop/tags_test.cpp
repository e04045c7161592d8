#include <catch2/catch.hpp>

#include <bookstore/shop/default_catalog.hpp>

#include "unit/shop/touched_by.hpp"

namespace bookstore::shop {
namespace {

using Tags = std::vector<Tag>;

TEST_CASE("a write is announced with its items and their topics", "[shop][tags]") {
    CatalogState state;
    state.apply(Stock{0, true, default_catalog()});
    CHECK(touched_by(Update{ItemId{3}, 1, {}}, state) == Tags{"item/3", "topic/gs"});
    CHECK(touched_by(Sell{"k", {{ItemId{3}, 1}, {ItemId{1}, 1}, {ItemId{4}, 1}}, {}}, state) ==
          Tags{"item/1", "item/3", "item/4", "topic/ds", "topic/gs"});
}

TEST_CASE("a new book touches what would have shown it", "[shop][tags]") {
    CatalogState state;
    state.apply(Stock{0, true, default_catalog()});
    CHECK(touched_by(AddBook{{ItemId{0}, "T", "ml", 1, 1}}, state) == Tags{"new", "topic/ml"});
    CHECK(touched_by(AddBook{{ItemId{9}, "T", "ml", 1, 1}}, state) == Tags{"item/9", "new", "topic/ml"});
}

TEST_CASE("an item that is not there yet may be in any topic", "[shop][tags]") {
    CatalogState state;
    CHECK(touched_by(Update{ItemId{3}, 1, {}}, state) == Tags{"item/3", "new"});
    CHECK(touched_by(Sell{"k", {{ItemId{3}, 1}, {ItemId{4}, 1}}, {}}, state) ==
          Tags{"item/3", "item/4", "new"});
}

TEST_CASE("the first catalogue touches everything in it until the shop is open", "[shop][tags]") {
    CatalogState state;
    const Stock part{0, true, {default_catalog()[0], default_catalog()[4]}};
    CHECK(touched_by(part, state) == Tags{"item/1", "item/5", "new", "topic/ds"});
    state.apply(part);
    CHECK(touched_by(part, state).empty());
}

TEST_CASE("readers see nothing of settling and forgetting", "[shop][tags]") {
    const CatalogState state;
    CHECK(touched_by(Settle{{"k"}}, state).empty());
    CHECK(touched_by(ForgetSales{{"a"}}, state).empty());
}

} // namespace
} // namespace bookstore::shop
