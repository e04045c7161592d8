#include <catch2/catch.hpp>

#include "unit/history/stories.hpp"

namespace bookstore::history {
namespace {

void accept(const History& history) {
    const Report report = check(history);
    INFO((report.findings.empty() ? "" : report.findings.front().text));
    CHECK(report.result == Result::correct);
    CHECK(report.findings.empty());
}

/// The text of the one finding.
std::string reject(const History& history) {
    const Report report = check(history);
    CHECK(report.result == Result::violation);
    REQUIRE(report.findings.size() == 1);
    return report.findings.front().text;
}

TEST_CASE("nothing at all is correct", "[history]") {
    accept({});
    accept({shelf(1, 5)});
}

TEST_CASE("a read during a purchase may see it or not, and one after it must", "[history]") {
    accept({shelf(1, 5), bought(during(0, 10), "a"), saw(during(5, 6), 5)});
    accept({shelf(1, 5), bought(during(0, 10), "a"), saw(during(5, 6), 4)});
    accept({shelf(1, 5), bought(during(0, 10), "a"), saw(during(11, 12), 4)});
    const std::string told = reject({shelf(1, 5), bought(during(0, 10), "a"), saw(during(11, 12), 5)});
    CHECK_THAT(told, Catch::Contains("item 1") && Catch::Contains("saw item 1: stock 5 at 100") &&
                         Catch::Contains("tried with the item being: stock 4 at 100"));
}

TEST_CASE("what one reader has seen no later reader unsees", "[history]") {
    accept({shelf(1, 5), bought(during(0, 20), "a"), saw(during(5, 6), 5), saw(during(7, 8), 4)});
    reject({shelf(1, 5), bought(during(0, 20), "a"), saw(during(5, 6), 4), saw(during(7, 8), 5)});
    accept({shelf(1, 5), bought(during(0, 20), "a"), saw(during(5, 8), 4), saw(during(7, 9), 5)});
}

TEST_CASE("a read cannot see what nobody has asked for yet", "[history]") {
    reject({shelf(1, 5), saw(during(0, 5), 4), bought(during(6, 10), "a")});
}

TEST_CASE("an update is not lost", "[history]") {
    accept({shelf(1, 5), restocked(during(0, 10), 3, 8), restocked(during(0, 10), 2, 10)});
    reject({shelf(1, 5), restocked(during(0, 10), 3, 8), restocked(during(0, 10), 2, 7)});
    reject({shelf(1, 5), restocked(during(0, 10), 3, 8), saw(during(11, 12), 5)});
}

TEST_CASE("no copy is sold twice", "[history]") {
    accept({shelf(1, 2), bought(during(0, 10), "a"), bought(during(0, 10), "b")});
    reject({shelf(1, 1), bought(during(0, 10), "a"), bought(during(0, 10), "b")});
    reject({shelf(1, 5), bought(during(0, 10), "a", 0, 3), bought(during(0, 10), "b", 0, 3)});
    accept(
        {shelf(1, 1), bought(during(0, 10), "a"), bought(during(0, 10), "b"), restocked(during(2, 8), 1, 1)});
}

TEST_CASE("a purchase pays the price of its moment", "[history]") {
    const auto dearer = [](Window window) {
        return operation(window, Update{1, std::nullopt, 120, Update::Outcome::done, Shown{5, 120}});
    };
    const auto buy_at = [](Window window, std::int64_t paid) {
        return operation(window, Buy{"a", {{1, 1, paid}}, Buy::Outcome::bought, 0, {}});
    };
    accept({shelf(1, 5), dearer(during(0, 10)), buy_at(during(5, 15), 120)});
    reject({shelf(1, 5), dearer(during(0, 10)), buy_at(during(11, 15), 100)});
    reject({shelf(1, 5), buy_at(during(0, 4), 120), dearer(during(5, 10))});
}

TEST_CASE("sold out is a statement about the stock", "[history]") {
    accept({shelf(1, 1), bought(during(0, 10), "a"), sold_out(during(5, 15), "b", 0)});
    accept({shelf(1, 2), sold_out(during(0, 10), "a", 2, 3)});
    reject({shelf(1, 1), sold_out(during(0, 10), "b", 0)});
    reject({shelf(1, 2), sold_out(during(0, 10), "a", 1, 3)});
    reject({shelf(1, 2), sold_out(during(0, 10), "a", 2, 2)}); // that would have been enough
}

TEST_CASE("a refusal without figures still needs a short shelf", "[history]") {
    const auto refused = [](std::int64_t quantity) {
        return operation(during(0, 10), Buy{"a", {{1, quantity, 0}}, Buy::Outcome::out_of_stock, 0, {}});
    };
    accept({shelf(1, 2), refused(3)});
    reject({shelf(1, 2), refused(2)});
}

TEST_CASE("items of a refused order that were not short say nothing", "[history]") {
    accept({shelf(1, 5), shelf(2, 0),
            operation(during(0, 10),
                      Buy{"a", {{1, 1, 0}, {2, 1, 0}}, Buy::Outcome::out_of_stock, 0, {{2, 0}}})});
}

TEST_CASE("an order of two lines takes both", "[history]") {
    const Operation both =
        operation(during(0, 10), Buy{"a", {{1, 1, cost}, {2, 2, cost}}, Buy::Outcome::bought, 0, {}});
    accept({shelf(1, 5), shelf(2, 5), both, saw(during(11, 12), 4), saw(during(11, 12), 3, cost, 2)});
    reject({shelf(1, 5), shelf(2, 5), both, saw(during(11, 12), 4), saw(during(11, 12), 5, cost, 2)});
}

TEST_CASE("an unknown purchase takes effect late, or never, but once", "[history]") {
    const Operation lost = perhaps_bought(0, "a");
    accept({shelf(1, 5), lost, saw(during(100, 101), 5)});
    accept({shelf(1, 5), lost, saw(during(100, 101), 5), saw(during(200, 201), 4)});
    reject({shelf(1, 5), lost, saw(during(100, 101), 4), saw(during(200, 201), 5)});
    reject({shelf(1, 5), lost, saw(during(100, 101), 3)});
    reject({shelf(1, 5), saw(during(-1, -1), 4), lost});
}

TEST_CASE("all tries with one key are one purchase", "[history]") {
    const Operation lost = perhaps_bought(0, "a"), again = perhaps_bought(10, "a");
    reject({shelf(1, 5), lost, again, saw(during(100, 101), 3)}); // a double effect
    accept({shelf(1, 5), lost, again, bought(during(50, 60), "a"), saw(during(100, 101), 4)});
    // It may have been the first try that did it, but not anything before that.
    accept({shelf(1, 5), lost, bought(during(50, 60), "a"), saw(during(5, 6), 4)});
    reject({shelf(1, 5), saw(during(-1, -1), 4), lost, bought(during(50, 60), "a")});
    // The first answer ends it, whatever comes later.
    reject(
        {shelf(1, 5), lost, bought(during(5, 8), "a"), saw(during(9, 10), 5), bought(during(50, 60), "a")});
}

TEST_CASE("two answers to one key must agree", "[history]") {
    const std::string told =
        reject({shelf(1, 5), bought(during(0, 1), "a", 1), bought(during(2, 3), "a", 2)});
    CHECK_THAT(told, Catch::StartsWith("key a: two different answers"));
    const Report report = check({shelf(1, 0), sold_out(during(0, 1), "a", 0), restocked(during(2, 3), 5, 5),
                                 bought(during(4, 5), "a")});
    CHECK(report.result == Result::violation);
}

TEST_CASE("a refusal is remembered: the stock may have come back by then", "[history]") {
    const History history{shelf(1, 0), perhaps_bought(0, "a"), restocked(during(10, 11), 5, 5),
                          sold_out(during(20, 21), "a", 0)};
    accept(history);
    reject({shelf(1, 0), restocked(during(10, 11), 5, 5), sold_out(during(20, 21), "a", 0)});
}

TEST_CASE("a certain purchase that never returned must find its place", "[history]") {
    const Operation certain = operation(since(0), Buy{"a", {{1, 1, cost}}, Buy::Outcome::bought, 0, {}});
    accept({shelf(1, 5), certain, saw(during(100, 101), 5)});
    reject({shelf(1, 0), certain, saw(during(100, 101), 0)});
    accept({shelf(1, 0), certain, restocked(during(50, 60), 1, 1)});
}

TEST_CASE("an unknown purchase is sold before the answer to a later number", "[history]") {
    const Operation certain = operation(since(0), Buy{"a", {{1, 1, cost}}, Buy::Outcome::bought, 1, {}});
    accept({shelf(1, 5), certain, saw(during(40, 41), 5), bought(during(50, 60), "b", 2),
            saw(during(61, 62), 3)});
    reject({shelf(1, 5), certain, bought(during(50, 60), "b", 2), saw(during(61, 62), 4)});
}

TEST_CASE("a book is absent until it is added, and stays", "[history]") {
    const Operation added = operation(during(0, 10), Add{1, {5, cost}, Add::Outcome::done});
    accept({added, saw_nothing(during(5, 6)), saw(during(7, 8), 5)});
    reject({added, saw_nothing(during(11, 12))});
    reject({added, saw(during(5, 6), 5), saw_nothing(during(7, 8))});
    reject({saw(during(0, 1), 5), operation(during(2, 3), Add{1, {5, cost}, Add::Outcome::done})});
}

TEST_CASE("a purchase of an unknown item says that it was absent", "[history]") {
    const auto unknown = [](Window window) {
        return operation(window, Buy{"a", {{1, 1, 0}}, Buy::Outcome::unknown_item, 0, {}});
    };
    const Operation added = operation(during(5, 10), Add{1, {5, cost}, Add::Outcome::done});
    accept({unknown(during(0, 1)), added, bought(during(11, 12), "b")});
    CHECK_FALSE(check({unknown(during(0, 1)), added, bought(during(11, 12), "a")}).findings.empty());
    accept({unknown(during(0, 1)), added, unknown(during(11, 12))}); // it is remembered
    reject({added, unknown(during(11, 12))});
}

TEST_CASE("a book added without an answer may turn up under any number", "[history]") {
    const Operation lost = operation(since(0), Add{0, {5, cost}, Add::Outcome::unknown});
    accept({lost, saw_nothing(during(1, 2), 8), saw(during(3, 4), 5, cost, 8)});
    reject({lost, saw(during(3, 4), 6, cost, 8)});
    reject({shelf(7, 1), lost, saw(during(3, 4), 5, cost, 7)});
}

TEST_CASE("updates: refused, unknown, and of no such item", "[history]") {
    const auto update = [](Window window, std::int64_t delta, Update::Outcome outcome) {
        return operation(window, Update{1, delta, std::nullopt, outcome, std::nullopt});
    };
    using enum Update::Outcome;
    accept({shelf(1, 5), update(during(0, 1), -6, refused), saw(during(2, 3), 5)});
    reject({shelf(1, 5), update(during(0, 1), -5, refused)});
    accept({shelf(1, 5), update(since(0), 3, unknown), saw(during(2, 3), 5), saw(during(4, 5), 8)});
    reject({shelf(1, 5), update(since(0), 3, unknown), saw(during(2, 3), 8), saw(during(4, 5), 11)});
    accept({update(during(0, 1), 3, unknown_item)});
    reject({shelf(1, 5), update(during(0, 1), 3, unknown_item)});
    accept({shelf(1, 5), update(during(0, 1), 3, done), saw(during(2, 3), 8)});
}

TEST_CASE("a counter-example names the order, the misfit and what was open", "[history]") {
    const Report report = check({shelf(1, 5), bought(during(0, 10), "a"), perhaps_bought(3, "b"),
                                 saw(during(11, 12), 5), saw(during(20, 21), 3)});
    REQUIRE(report.findings.size() == 1);
    const auto& example = report.findings.front().counter_example;
    REQUIRE(example);
    CHECK(example->item == 1);
    CHECK(example->misfit == 3);
    CHECK(example->prefix == std::vector<std::size_t>{0, 1});
    CHECK(example->open == std::vector<std::size_t>{2});
}

TEST_CASE("a search that reaches its bound says so, and claims nothing", "[history]") {
    History history{shelf(1, 1'000)};
    for (int i = 0; i < 40; ++i)
        history.push_back(perhaps_bought(i, "k" + std::to_string(i), 1 + i % 4));
    history.push_back(saw(during(100, 101), 950));
    CHECK(check(history).result == Result::correct);
    const Report report = check(history, std::nullopt, {.configurations_max = 10});
    CHECK(report.result == Result::undecided);
    CHECK(report.undecided_items == std::vector<Item>{1});
}

} // namespace
} // namespace bookstore::history
