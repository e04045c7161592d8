#include <catch2/catch.hpp>

#include <bookstore/base/log.hpp>

#include "sim/shop/world.hpp"

using namespace bookstore;
using namespace bookstore::shopsim;

namespace {

constexpr std::uint64_t seeds = SIMULATED_SEEDS;

} // namespace

TEST_CASE("every promise of the shop holds in every weather", "[sim]") {
    base::log::start("shop", base::log::Level::off);
    Report total;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        INFO("replay: scripts/simulate shop --seed " << seed << " --trace");
        Report report;
        REQUIRE_NOTHROW(report = World({.seed = seed}).run());
        total.purchases += report.purchases;
        total.reads += report.reads;
    }
    CHECK(total.purchases > 10 * seeds); // the weather lets work be done
    CHECK(total.reads > 30 * seeds);
}

TEST_CASE("a seed always gives the same shop", "[sim]") {
    base::log::start("shop", base::log::Level::off);
    std::string told[2];
    for (auto& lines : told)
        World({.seed = 7, .trace = [&lines](const std::string& line) { lines += line + '\n'; }}).run();
    CHECK(told[0].size() > 10'000);
    CHECK(told[0] == told[1]);
}
