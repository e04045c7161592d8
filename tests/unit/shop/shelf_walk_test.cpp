#include <bookstore/shop/shelf_walk.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <bookstore/base/random.hpp>

namespace bookstore::shop {
namespace {

/// The shelf's, as who has a walk under way.
struct Observer final : ShelfObserver {
    void book_added(const Book& book) override {
        if (walk) walk->book_added(book);
    }
    void book_changes(const Book& before, std::int64_t sold) override {
        if (walk) walk->book_changes(before, sold);
    }
    std::shared_ptr<void> shelf_cleared() override {
        if (walk) walk->shelf_cleared();
        return nullptr;
    }
    std::optional<ShelfWalk> walk;
};

using Told = std::vector<std::pair<Book, std::int64_t>>;

Told all(const CatalogState& shop, ItemId after) {
    Told books;
    for (const Book* book : shop.page(std::nullopt, after, shop.size()))
        books.emplace_back(*book, shop.sold(book->id));
    return books;
}

CatalogCommand anything(base::Random& dice, std::uint64_t ids) {
    const ItemId item{1 + dice.below(ids)};
    switch (dice.below(3)) {
    case 0:
        return Update{item, 1, static_cast<std::int64_t>(dice.below(100))};
    case 1:
        return AddBook{{item, "New", "gs", 1, 1}};
    default:
        return Sell{"key" + std::to_string(dice.next()), {{item, 1}}, {}};
    }
}

TEST_CASE("a walk tells the books of the moment at which it began, whatever happens meanwhile",
          "[shop][walk]") {
    constexpr std::uint64_t ids = 40; // every other one is taken at first
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        INFO("seed " << seed);
        base::Random dice(seed);
        Observer observer;
        CatalogState shop(&observer);
        Stock stock{0, true, {}};
        for (std::uint64_t id = 2; id <= ids; id += 2)
            stock.books.push_back({ItemId{id}, "Old", "ds", 1, 5});
        shop.apply(std::move(stock));
        for (int i = 0; i < 20; ++i)
            shop.apply(anything(dice, ids));

        const ItemId after{dice.below(4)};
        const Told then = all(shop, after);
        observer.walk.emplace(shop, after);
        Told told;
        const auto visit = [&told](const Book& book, std::int64_t sold) { told.emplace_back(book, sold); };
        while (observer.walk->next(1 + dice.below(6), visit))
            for (auto commands = dice.below(12); commands > 0; --commands)
                shop.apply(anything(dice, ids));
        CHECK(told == then);
    }
}

TEST_CASE("a walk over an empty shelf ends at once", "[shop][walk]") {
    const CatalogState shop;
    ShelfWalk walk(shop, ItemId{0});
    CHECK_FALSE(walk.next(1, [](const Book&, std::int64_t) { FAIL("there is no book"); }));
}

TEST_CASE("a walk is told when its shelf is cleared", "[shop][walk]") {
    Observer observer;
    CatalogState shop(&observer);
    observer.walk.emplace(shop, ItemId{0});
    CHECK_FALSE(observer.walk->cleared());
    shop.clear();
    CHECK(observer.walk->cleared());
}

} // namespace
} // namespace bookstore::shop
