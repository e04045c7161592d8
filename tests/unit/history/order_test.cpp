#include <catch2/catch.hpp>

#include "unit/history/stories.hpp"

namespace bookstore::history {
namespace {

Operation found(Window window, std::uint64_t order, std::string key) {
    return operation(window, ReadOrder{order, true, std::move(key)});
}
Operation missed(Window window, std::uint64_t order) {
    return operation(window, ReadOrder{order, false, {}});
}
BookedOrder booked(std::uint64_t number, std::string key, std::int64_t quantity = 1) {
    return {number, std::move(key), {{1, quantity, cost}}};
}

void accept(const History& history, const std::optional<OrderBook>& book = std::nullopt) {
    const Report report = check(history, book);
    INFO((report.findings.empty() ? "" : report.findings.front().text));
    CHECK(report.result == Result::correct);
}
void reject(const std::string& words, const History& history,
            const std::optional<OrderBook>& book = std::nullopt) {
    const Report report = check(history, book);
    CHECK(report.result == Result::violation);
    REQUIRE_FALSE(report.findings.empty());
    CHECK_THAT(report.findings.front().text, Catch::Contains(words));
}

const Operation five = shelf(1, 5);

TEST_CASE("numbers follow real time", "[history][orders]") {
    accept({five, bought(during(0, 1), "a", 1), bought(during(2, 3), "b", 2)});
    accept({five, bought(during(0, 3), "a", 2), bought(during(2, 4), "b", 1)});
    reject("order 2 was answered before order 1 was asked for",
           {five, bought(during(0, 1), "a", 2), bought(during(2, 3), "b", 1)});
}

TEST_CASE("one number is one key, and one key one number", "[history][orders]") {
    reject("order 1: two different keys", {five, bought(during(0, 1), "a", 1), bought(during(0, 1), "b", 1)});
    reject("order 1: two different keys", {five, bought(during(0, 1), "a", 1), found(during(2, 3), 1, "b")});
    reject("key a: two different orders", {five, bought(during(0, 1), "a", 1), found(during(2, 3), 2, "a")});
}

TEST_CASE("an order that was answered is found ever after", "[history][orders]") {
    accept({five, bought(during(0, 5), "a", 1), missed(during(3, 6), 1)});
    accept({five, bought(during(0, 5), "a", 1), found(during(6, 7), 1, "a"), missed(during(6, 7), 2)});
    reject("order 1 is lost", {five, bought(during(0, 5), "a", 1), missed(during(6, 7), 1)});
    reject("order 1 is lost",
           {five, bought(during(0, 9), "a", 1), found(during(3, 4), 1, "a"), missed(during(5, 6), 1)});
    // Its number was passed: it must have been given.
    reject("order 1 is lost", {five, bought(during(0, 5), "b", 2), missed(during(6, 7), 1)});
}

TEST_CASE("no order is seen before it was asked for", "[history][orders]") {
    accept({five, found(during(0, 6), 1, "a"), bought(during(5, 7), "a", 1)});
    reject("seen before it was asked for", {five, found(during(0, 4), 1, "a"), bought(during(5, 7), "a", 1)});
}

TEST_CASE("the book has every number once, and every key once", "[history][orders]") {
    accept({five}, OrderBook{});
    accept({five}, OrderBook{booked(2, "b"), booked(1, "a")});
    reject("order 3 where order 2 should be", {five}, OrderBook{booked(1, "a"), booked(3, "b")});
    reject("order 1 where order 2 should be", {five}, OrderBook{booked(1, "a"), booked(1, "b")});
    reject("key a twice: orders 1 and 2", {five}, OrderBook{booked(1, "a"), booked(2, "a")});
}

TEST_CASE("the book says what the answers said", "[history][orders]") {
    const History history{five, bought(during(0, 1), "a", 1)};
    accept(history, OrderBook{booked(1, "a")});
    reject("not in the book", history, OrderBook{});
    reject("another order under this key", history, OrderBook{booked(1, "a", 2)});
    reject("differently", history, OrderBook{booked(1, "b"), booked(2, "a")});
    reject("differently", history, OrderBook{{1, "a", {{1, 1, cost + 1}}}});
    reject("a refused purchase is in the book", {shelf(1, 0), sold_out(during(0, 1), "a", 0)},
           OrderBook{booked(1, "a")});
    reject("found is not in the book", {five, found(during(0, 1), 1, "x")}, OrderBook{booked(1, "y")});
}

TEST_CASE("the book decides what was unknown", "[history][orders]") {
    const History lost{five, perhaps_bought(0, "a"), saw(during(10, 11), 4)};
    accept(lost);
    accept(lost, OrderBook{booked(1, "a")});
    reject("item 1: no order of the operations", lost, OrderBook{});
    reject("item 1: no order of the operations",
           {five, perhaps_bought(0, "a"), bought(during(5, 6), "b", 2), saw(during(10, 11), 4)},
           OrderBook{booked(1, "a"), booked(2, "b")});
    const History resolved = resolve(lost, {booked(1, "a")});
    CHECK(std::get<Buy>(resolved[1].what) == Buy{"a", {{1, 1, cost}}, Buy::Outcome::bought, 1, {}});
    CHECK_FALSE(resolved[1].returned);
    CHECK(std::get<Buy>(resolve(lost, {})[1].what).outcome == Buy::Outcome::refused);
}

TEST_CASE("findings beyond the bound are counted", "[history][orders]") {
    History history;
    for (Item item = 1; item <= 5; ++item) {
        history.push_back(shelf(item, 1));
        history.push_back(saw(during(0, 1), 2, cost, item));
    }
    const Report report = check(history, std::nullopt, {.findings_max = 3});
    CHECK(report.findings.size() == 3);
    CHECK(report.findings_not_shown == 2);
    CHECK(report.items == 5);
}

} // namespace
} // namespace bookstore::history
