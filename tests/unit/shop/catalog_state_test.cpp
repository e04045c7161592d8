#include <catch2/catch.hpp>

#include <limits>
#include <memory>
#include <utility>

#include "unit/shop/open_shop.hpp"

namespace bookstore::shop {
namespace {

using test::open;
using test::sell;

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

TEST_CASE("the observer hears of every book", "[shop][catalog]") {
    struct Listener : ShelfObserver {
        std::vector<std::uint64_t> heard;
        std::shared_ptr<int> kept = std::make_shared<int>();
        void book_added(const Book& book) override { heard.push_back(number(book.id)); }
        std::shared_ptr<void> shelf_cleared() override { return std::exchange(kept, nullptr); }
    } listener;
    CatalogState shop(&listener);
    shop.apply(Stock{0, true, {a_book(2), a_book(1)}});
    shop.apply(AddBook{a_book(0)});
    shop.apply(AddBook{a_book(2)}); // taken
    CHECK(listener.heard == std::vector<std::uint64_t>{2, 1, 3});
    const auto changes = shop.take_changes();
    const std::weak_ptr<int> kept = listener.kept;
    auto held = shop.clear();
    CHECK(!kept.expired()); // until who cleared the shop lets go of it
    held.reset();
    CHECK(kept.expired());
    REQUIRE(std::get<std::int64_t>(changes[0].key()) == 2);
    shop.load(changes[0].table(), changes[0].row());
    CHECK(listener.heard.size() == 4);
    CHECK(listener.heard.back() == 2);
}

} // namespace
} // namespace bookstore::shop
