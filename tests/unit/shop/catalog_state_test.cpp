#include <catch2/catch.hpp>

#include <limits>

#include <bookstore/base/limits.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/default_catalog.hpp>

namespace bookstore::shop {
namespace {

constexpr base::WallTime noon{1'700'000'000'000};

/// Opens with the default catalogue.
void open(CatalogState& shop) {
    shop.apply(Stock{0, true, default_catalog()});
}

std::int64_t stock_of(const CatalogState& shop, std::uint64_t item) {
    return shop.find(ItemId{item})->stock;
}

Sell sell(std::string key, std::vector<Line> lines, base::WallTime at = noon) {
    return {std::move(key), std::move(lines), at};
}

Book a_book(std::uint64_t id) {
    return {ItemId{id}, "A Book", "new topic", 50, 3};
}

TEST_CASE("a shop opens with the last part of its first catalogue", "[shop][catalog]") {
    CatalogState shop;
    const std::vector<Book> books = default_catalog();
    CHECK_FALSE(shop.open());

    SECTION("parts come in turn") {
        CHECK(shop.apply(Stock{1, true, {books[0]}}) == CatalogOutcome{Done{}});
        CHECK(shop.size() == 0);
        shop.apply(Stock{0, false, {books[0], books[1]}});
        CHECK(shop.next_part() == 1);
        shop.apply(Stock{0, false, {books[2]}}); // the next leader, trying again
        CHECK(shop.size() == 2);
        CHECK_FALSE(shop.open());
        shop.apply(Stock{1, true, {books[2]}});
        CHECK(shop.open());
        CHECK(shop.size() == 3);
        shop.apply(Stock{2, true, {books[3]}});
        CHECK(shop.size() == 3);
    }
    SECTION("nothing is sold or changed before") {
        shop.apply(Stock{0, false, books});
        CHECK(shop.apply(sell("k", {{ItemId{1}, 1}})) == CatalogOutcome{NotOpen{}});
        CHECK(shop.apply(Update{ItemId{1}, 1, {}}) == CatalogOutcome{NotOpen{}});
        CHECK(shop.apply(AddBook{a_book(0)}) == CatalogOutcome{NotOpen{}});
        CHECK(shop.sale("k") == std::nullopt);
    }
    SECTION("a part with a book that cannot be changes nothing") {
        Book nameless = books[1];
        nameless.title.clear();
        Book no_id = books[1];
        no_id.id = ItemId{0};
        CHECK(shop.apply(Stock{0, true, {books[0], nameless}}) == CatalogOutcome{Unintelligible{}});
        CHECK(shop.apply(Stock{0, true, {books[0], no_id}}) == CatalogOutcome{Unintelligible{}});
        CHECK(shop.apply(Stock{0, true, {books[0], books[0]}}) == CatalogOutcome{Unintelligible{}});
        CHECK(shop.size() == 0);
        CHECK_FALSE(shop.open());
    }
    SECTION("an empty catalogue opens, too") {
        shop.apply(Stock{0, true, {}});
        CHECK(shop.open());
    }
    shop.check_invariants();
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
        shop.apply(ForgetSales{base::WallTime{static_cast<std::int64_t>(noon) + 1}});
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

TEST_CASE("an unknown item is not remembered", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    const Sell of_two = sell("k", {{ItemId{1}, 9}, {ItemId{9}, 1}, {ItemId{8}, 1}});
    CHECK(shop.apply(of_two) == CatalogOutcome{UnknownItem{ItemId{9}}});
    CHECK(shop.sale("k") == std::nullopt);
    shop.apply(AddBook{a_book(9)});
    CHECK(shop.apply(of_two) == CatalogOutcome{UnknownItem{ItemId{8}}});
    shop.apply(AddBook{a_book(8)});
    shop.apply(Update{ItemId{1}, 4, {}});
    CHECK(std::holds_alternative<Sold>(shop.apply(of_two)));
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

TEST_CASE("an update changes stock, cost or both, or nothing", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    Book book = *shop.find(ItemId{3});
    const auto update = [&](std::optional<std::int64_t> delta, std::optional<std::int64_t> cost) {
        return shop.apply(Update{ItemId{3}, delta, cost});
    };

    book.stock = 15;
    CHECK(update(10, std::nullopt) == CatalogOutcome{Updated{book}});
    book.cost = 0;
    CHECK(update(std::nullopt, 0) == CatalogOutcome{Updated{book}});
    book.stock = 0, book.cost = 7;
    CHECK(update(-15, 7) == CatalogOutcome{Updated{book}});
    CHECK(update(std::nullopt, std::nullopt) == CatalogOutcome{Updated{book}});

    const CatalogOutcome refused{UpdateRefused{book}};
    CHECK(update(-1, 100) == refused);
    CHECK(update(5, -1) == refused);
    CHECK(update(5, amount_max + 1) == refused);
    CHECK(update(std::numeric_limits<std::int64_t>::max(), std::nullopt) == refused);
    CHECK(update(std::numeric_limits<std::int64_t>::min(), std::nullopt) == refused);
    CHECK(*shop.find(ItemId{3}) == book);

    book.stock = amount_max;
    CHECK(update(amount_max, std::nullopt) == CatalogOutcome{Updated{book}});
    CHECK(update(1, std::nullopt) == CatalogOutcome{UpdateRefused{book}});
    CHECK(shop.apply(Update{ItemId{8}, 1, {}}) == CatalogOutcome{UnknownItem{ItemId{8}}});
    shop.check_invariants();
}

TEST_CASE("a new book takes the next id, or its own", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    CHECK(shop.apply(AddBook{a_book(0)}) == CatalogOutcome{Updated{a_book(8)}});
    CHECK(shop.apply(AddBook{a_book(20)}) == CatalogOutcome{Updated{a_book(20)}});
    CHECK(shop.apply(AddBook{a_book(0)}) == CatalogOutcome{Updated{a_book(21)}});
    CHECK(shop.apply(AddBook{a_book(20)}) == CatalogOutcome{IdTaken{}});
    CHECK(shop.size() == 10);

    Book wrong = a_book(0);
    wrong.stock = -1;
    CHECK(shop.apply(AddBook{wrong}) == CatalogOutcome{Unintelligible{}});
    CHECK(shop.apply(AddBook{a_book(item_number_max + 1)}) == CatalogOutcome{Unintelligible{}});
    shop.apply(AddBook{a_book(item_number_max)});
    CHECK(shop.apply(AddBook{a_book(0)}) == CatalogOutcome{IdTaken{}}); // there is no next one
    shop.check_invariants();
}

TEST_CASE("pages of books are in id order and start anywhere", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    shop.apply(AddBook{{ItemId{30}, "T", "ds", 1, 1}});
    shop.apply(AddBook{{ItemId{10}, "T", "ds", 1, 1}}); // between two that are there
    const auto ids = [&](std::optional<std::string_view> topic, std::uint64_t after, std::size_t limit) {
        std::vector<std::uint64_t> found;
        for (const Book* book : shop.page(topic, ItemId{after}, limit))
            found.push_back(number(book->id));
        return found;
    };
    using Ids = std::vector<std::uint64_t>;
    CHECK(ids("ds", 0, 100) == Ids{1, 2, 5, 10, 30});
    CHECK(ids("ds", 2, 2) == Ids{5, 10});
    CHECK(ids("ds", 3, 1) == Ids{5});
    CHECK(ids("ds", 30, 10).empty());
    CHECK(ids("gs", 0, 100) == Ids{3, 4, 6, 7});
    CHECK(ids("DS", 0, 100).empty());
    CHECK(ids(std::nullopt, 5, 4) == Ids{6, 7, 10, 30});
    CHECK(ids(std::nullopt, 0, 0).empty());
}

TEST_CASE("a sale is unsettled until the order book has it", "[shop][catalog]") {
    CatalogState shop;
    open(shop);
    const auto unsettled = [&](std::int64_t before, std::size_t limit) {
        std::vector<std::string> keys;
        for (const UnsettledSale& sale : shop.unsettled(base::WallTime{before}, limit))
            keys.push_back(sale.key);
        return keys;
    };
    using Keys = std::vector<std::string>;
    shop.apply(sell("late", {{ItemId{1}, 1}}, base::WallTime{30}));
    shop.apply(sell("early", {{ItemId{1}, 1}}, base::WallTime{10}));
    shop.apply(sell("b", {{ItemId{1}, 1}}, base::WallTime{20}));
    shop.apply(sell("a", {{ItemId{1}, 1}}, base::WallTime{20}));
    shop.apply(sell("refused", {{ItemId{1}, 100}}, base::WallTime{5}));

    CHECK(unsettled(100, 10) == Keys{"early", "a", "b", "late"});
    CHECK(unsettled(30, 10) == Keys{"early", "a", "b"});
    CHECK(unsettled(100, 2) == Keys{"early", "a"});
    CHECK(shop.unsettled(base::WallTime{11}, 1).front().sold == std::get<Sold>(*shop.sale("early")));

    shop.apply(Settle{{"a", "refused", "never heard of", "a"}});
    CHECK(unsettled(100, 10) == Keys{"early", "b", "late"});
    CHECK(shop.unsettled_count() == 3);
    shop.check_invariants();

    SECTION("settling changes nothing for a buyer who asks again") {
        CHECK(shop.apply(sell("a", {{ItemId{1}, 1}}, base::WallTime{99})) == *shop.sale("a"));
        CHECK(stock_of(shop, 1) == 1);
    }
    SECTION("only what is settled or refused is forgotten, and only what is older") {
        CHECK(shop.oldest_closed() == base::WallTime{5});
        shop.apply(ForgetSales{base::WallTime{20}});
        CHECK(shop.oldest_closed() == base::WallTime{20});
        CHECK(shop.sale("refused") == std::nullopt);
        CHECK(shop.sale("a"));
        CHECK(shop.sale("early"));
        shop.apply(ForgetSales{base::WallTime{1000}});
        CHECK(shop.oldest_closed() == std::nullopt);
        CHECK(shop.sale("a") == std::nullopt);
        CHECK(unsettled(100, 10) == Keys{"early", "b", "late"});
        CHECK(shop.sold(ItemId{1}) == 4);
        shop.check_invariants();
    }
}

TEST_CASE("the observer hears of every book", "[shop][catalog]") {
    struct Listener : ShelfObserver {
        std::vector<std::uint64_t> heard;
        int cleared = 0;
        void book_added(const Book& book) override { heard.push_back(number(book.id)); }
        void shelf_cleared() override { ++cleared; }
    } listener;
    CatalogState shop(&listener);
    shop.apply(Stock{0, true, {a_book(2), a_book(1)}});
    shop.apply(AddBook{a_book(0)});
    shop.apply(AddBook{a_book(2)}); // taken
    CHECK(listener.heard == std::vector<std::uint64_t>{2, 1, 3});
    const auto changes = shop.take_changes();
    shop.clear();
    CHECK(listener.cleared == 1);
    shop.load(changes.front().table, changes.front().row);
    CHECK(listener.heard.back() == 1);
}

} // namespace
} // namespace bookstore::shop
