#include <bookstore/base/random.hpp>

#include <array>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

using namespace bookstore::base;

TEST_CASE("a seed gives SplitMix64's sequence", "[base][random]") {
    // The first outputs of the reference implementation for seed 0.
    Random random{0};
    CHECK(random.next() == 0xe220a8397b1dcdaf);
    CHECK(random.next() == 0x6e789e6aa1b965f4);
    CHECK(random.next() == 0x06c45d188009454f);
}

TEST_CASE("below stays below, and reaches everything there", "[base][random]") {
    Random random{42};
    std::array<int, 6> rolls{};
    for (int i = 0; i < 6'000; ++i)
        ++rolls.at(random.below(6));
    for (const int count : rolls)
        CHECK(count == Approx(1'000).margin(150)); // 5 standard deviations
    CHECK(random.below(1) == 0);
}

TEST_CASE("below is fair even for bounds near 2^64", "[base][random]") {
    // Taken modulo, the first third of this range would come up twice as often.
    constexpr std::uint64_t bound = 3 * (std::uint64_t{1} << 62);
    Random random{7};
    int low = 0;
    for (int i = 0; i < 3'000; ++i) {
        const std::uint64_t roll = random.below(bound);
        REQUIRE(roll < bound);
        low += roll < bound / 3 ? 1 : 0;
    }
    CHECK(low == Approx(1'000).margin(130));
}

TEST_CASE("a uuid has the shape of version 4 and is not made twice", "[base][random]") {
    Random random{random_seed()};
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) {
        const std::string uuid = random.uuid();
        REQUIRE(uuid.size() == 36);
        for (std::size_t at = 0; at < uuid.size(); ++at) {
            const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
            REQUIRE((dash ? uuid[at] == '-'
                          : std::string("0123456789abcdef").find(uuid[at]) != std::string::npos));
        }
        REQUIRE(uuid[14] == '4');
        REQUIRE(std::string("89ab").find(uuid[19]) != std::string::npos);
        seen.insert(uuid);
    }
    CHECK(seen.size() == 1'000);
}

TEST_CASE("the kernel gives another seed each time", "[base][random]") {
    CHECK(random_seed() != random_seed());
}
