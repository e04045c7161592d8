#include "roles/version_ages.hpp"

#include <catch2/catch.hpp>

using bookstore::roles::VersionAges;
using namespace bookstore;
using base::seconds;

namespace {
constexpr base::TimePoint start{seconds(1'000)};
}

TEST_CASE("a version is old enough once it was seen that long ago", "[roles][ages]") {
    VersionAges ages(seconds(100));
    CHECK(ages.old_enough(start) == std::nullopt);
    ages.saw(7, start);
    CHECK(ages.old_enough(start + seconds(99)) == std::nullopt);
    CHECK(ages.old_enough(start + seconds(100)) == 7);

    ages.saw(9, start + seconds(50));
    CHECK(ages.old_enough(start + seconds(149)) == 7);
    CHECK(ages.old_enough(start + seconds(150)) == 9);
}

TEST_CASE("a version is as old as the first time it was seen", "[roles][ages]") {
    VersionAges ages(seconds(100));
    for (int second = 0; second <= 100; ++second)
        ages.saw(7, start + seconds(second));
    CHECK(ages.old_enough(start + seconds(100)) == 7);
}

TEST_CASE("a replica that trails makes nothing old", "[roles][ages]") {
    VersionAges ages(seconds(100));
    ages.saw(9, start);
    ages.saw(7, start + seconds(60));
    CHECK(ages.old_enough(start + seconds(100)) == 9);
    CHECK(ages.old_enough(start + seconds(160)) == 9);
}

TEST_CASE("nothing is old enough early, and nothing late by more than a hundredth", "[roles][ages]") {
    VersionAges ages(seconds(100));
    for (int tenth = 0; tenth < 10'000; ++tenth) {
        const auto now = start + base::milliseconds(100 * tenth);
        ages.saw(static_cast<std::uint64_t>(1 + tenth), now);
        const auto old = ages.old_enough(now);
        CHECK(old.has_value() == (tenth >= 1'000));
        if (!old) continue;
        const int age = tenth + 1 - static_cast<int>(*old);
        CHECK(age >= 1'000);
        CHECK(age <= 1'010);
    }
}
