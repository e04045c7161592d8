#include <catch2/catch.hpp>

#include "history/shrink.hpp"
#include "unit/history/random_history.hpp"

namespace bookstore::history {
namespace {

const CounterExample& example_in(const Report& report) {
    REQUIRE_FALSE(report.findings.empty());
    REQUIRE(report.findings.front().counter_example);
    return *report.findings.front().counter_example;
}

TEST_CASE("a stale read after a long good time is told with little around it", "[history][shrink]") {
    History history{shelf(1, 1000)};
    for (std::int64_t i = 0; i < 300; ++i) {
        history.push_back(bought(during(10 * i, 10 * i + 5), "k" + std::to_string(i)));
        history.push_back(saw(during(10 * i + 6, 10 * i + 8), 999 - i));
    }
    history.push_back(saw(during(3001, 3005), 701));
    for (std::int64_t i = 0; i < 50; ++i)
        history.push_back(saw(during(3010 + i, 3011 + i), 700));
    const Report report = check(history);
    const CounterExample& example = example_in(report);
    CHECK(example.misfit == 601);
    CHECK(example.prefix.size() <= 2);
    CHECK(example.open.empty());
    REQUIRE(example.start);
    CHECK(example.start->shown == Shown{702, cost});
    CHECK(report.findings.front().text.find("At first it was stock 702 at 100, after 299 operations") !=
          std::string::npos);
}

TEST_CASE("what may have happened meanwhile stays in the story", "[history][shrink]") {
    const History history{shelf(1, 5), perhaps_bought(0, "maybe"), bought(during(10, 20), "a"),
                          bought(during(30, 40), "b"), bought(during(50, 60), "c"),
                          // 5 - 3, and one less if the first was made: never 4
                          saw(during(70, 80), 4)};
    const Report report = check(history);
    const CounterExample& example = example_in(report);
    CHECK(example.misfit == 5);
    const auto told = [&](std::size_t position) {
        return std::ranges::count(example.prefix, position) + std::ranges::count(example.open, position) == 1;
    };
    CHECK(told(1));
}

TEST_CASE("a good history stays good when its beginning is folded, wherever that ends", "[history][shrink]") {
    std::size_t folded_count = 0;
    for (std::uint64_t seed = 1; seed <= 1'500; ++seed) {
        base::Random random(seed);
        RandomShop shop(seed, {.operations = 12,
                               .width = 10 + static_cast<Instant>(random.below(40)),
                               .unknown = 3 + random.below(8),
                               .changes = 2 + random.below(3),
                               .stock = 4 + static_cast<std::int64_t>(random.below(20))});
        const History history = shop.run();
        std::vector<std::string> problems;
        for (const ItemHistory& item : split(history, problems)) {
            for (const ItemOperation& last : item.operations) {
                const auto folded = fold(item, last.returned);
                if (!folded || last.returned == never) continue;
                ++folded_count;
                INFO("seed " << seed << ", folded until " << last.returned);
                REQUIRE(search(*folded, 100'000).result == Result::correct);
            }
        }
    }
    CHECK(folded_count > 3'000);
}

TEST_CASE("what is small is a violation still, and never larger", "[history][shrink]") {
    std::size_t shrunk_count = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        base::Random random(seed);
        RandomShop shop(seed, {.operations = 60, .width = 30, .unknown = 15, .changes = 6, .stock = 40});
        History history = shop.run();
        falsify(history, random);
        std::vector<std::string> problems;
        for (const ItemHistory& item : split(history, problems)) {
            const SearchResult failed = search(item, 100'000);
            if (failed.result != Result::violation) continue;
            const Shrunk small = shrink(item, failed);
            INFO("seed " << seed);
            REQUIRE(search(small.item, 100'000).result == Result::violation);
            REQUIRE(small.item.operations.size() <= item.operations.size());
            if (small.item.operations.size() < item.operations.size() / 2) ++shrunk_count;
        }
    }
    CHECK(shrunk_count > 60);
}

} // namespace
} // namespace bookstore::history
