#include <catch2/catch.hpp>

#include "unit/history/naive_checker.hpp"
#include "unit/history/random_history.hpp"

namespace bookstore::history {
namespace {

std::string text_of(const Report& report) {
    return report.findings.empty() ? "no finding" : report.findings.front().text;
}

/// Numbers tell when a purchase without an answer was made at the latest, which the definition knows not of.
History without_numbers(History history) {
    for (Operation& operation : history)
        if (Buy* buy = std::get_if<Buy>(&operation.what)) buy->order = 0;
    return history;
}

TEST_CASE("the search agrees with the definition on small histories", "[history][random]") {
    std::size_t good = 0, bad = 0;
    for (std::uint64_t seed = 1; seed <= 12'000; ++seed) {
        base::Random random(seed);
        const Shape shape{.operations = 3 + random.below(5),
                          .width = 10 + static_cast<Instant>(random.below(60)),
                          .unknown = 2 + random.below(4),
                          .changes = 2 + random.below(3),
                          .repeats = 3,
                          .stock = static_cast<std::int64_t>(random.below(5))};
        RandomShop shop(seed, shape);
        History history = shop.run();
        if (random.below(2) == 0) history = without_numbers(resolve(std::move(history), shop.book()));
        const std::uint64_t lies = random.below(4);
        for (std::uint64_t i = 0; i < lies; ++i)
            falsify(history, random);
        const bool expected = NaiveChecker(history).linearizable();
        const Report report = check(history);
        INFO("seed " << seed << ": " << text_of(report));
        REQUIRE((report.result == Result::correct) == expected);
        if (lies == 0) REQUIRE(expected);
        ++(expected ? good : bad);
    }
    CHECK(good > 3'000);
    CHECK(bad > 3'000);
}

TEST_CASE("what a shop really did is accepted, and one changed value is mostly seen", "[history][random]") {
    std::size_t seen = 0, changed = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        RandomShop shop(seed, {.operations = 500, .width = 60, .unknown = 10, .changes = 10, .stock = 200});
        History history = shop.run();
        for (const bool with_book : {true, false}) {
            const Report report = with_book ? check(history, shop.book()) : check(history);
            INFO("seed " << seed << (with_book ? " with" : " without") << " the book: " << text_of(report));
            REQUIRE(report.result == Result::correct);
        }
        base::Random random(seed);
        if (!falsify(history, random)) continue;
        ++changed;
        if (check(history, shop.book()).result == Result::violation) ++seen;
    }
    INFO(seen << " of " << changed << " seen");
    CHECK(changed > 20);
    CHECK(seen * 10 >= changed * 7);
}

TEST_CASE("a long history of a hot item is decided", "[history][random]") {
    RandomShop shop(7, {.operations = 20'000, .width = 160, .unknown = 20, .changes = 50, .stock = 9'000});
    const History history = shop.run();
    const Report report = check(history, shop.book());
    INFO(text_of(report));
    CHECK(report.result == Result::correct);
    CHECK(report.configurations < 1'000'000);
}

} // namespace
} // namespace bookstore::history
