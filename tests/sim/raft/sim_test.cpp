#include <catch2/catch.hpp>

#include "sim/raft/world.hpp"

using namespace bookstore::sim;

namespace {

constexpr std::uint64_t seeds = SIMULATED_SEEDS;

} // namespace

TEST_CASE("every promise of the core holds in every weather", "[sim]") {
    Report total;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        INFO("replay: scripts/simulate raft --seeds 1 --first-seed " << seed << " --virtual-seconds 1");
        Report report;
        REQUIRE_NOTHROW(
            report =
                World({.seed = seed, .season = {}, .nodes = {}, .stormy = std::chrono::seconds(1)}).run());
        total.acknowledged += report.acknowledged;
        total.events += report.events;
    }
    CHECK(total.acknowledged > seeds); // the weather lets work be done
}

TEST_CASE("a seed always gives the same run", "[sim]") {
    const Setup setup{.seed = 42, .season = {}, .nodes = 3};
    const auto once = World(setup).run();
    const auto again = World(setup).run();
    CHECK(once.events == again.events);
    CHECK(once.virtual_time == again.virtual_time);
    CHECK(once.acknowledged == again.acknowledged);
}
