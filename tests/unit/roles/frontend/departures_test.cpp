#include "roles/frontend/departures.hpp"

#include <chrono>

#include <catch2/catch.hpp>

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend;
using base::milliseconds;

namespace {

const base::TimePoint start = base::TimePoint{} + base::seconds(100);

} // namespace

TEST_CASE("one call leaves at once, the second when it is as large, a third never", "[frontend][order]") {
    const Departures departures;
    CHECK_FALSE(departures.may_leave(0, {0, 0}, start));
    CHECK(departures.may_leave(1, {0, 0}, start));
    CHECK_FALSE(departures.may_leave(9, {1, 10}, start));
    CHECK(departures.may_leave(10, {1, 10}, start));
    CHECK_FALSE(departures.may_leave(10, {2, 10}, start));
    CHECK(departures.may_leave(Purchases::count_max, {1, Purchases::count_max}, start));
    CHECK_FALSE(departures.may_leave(Purchases::count_max, {2, 1}, start));
}

TEST_CASE("who has just been told is waited for a moment", "[frontend][order]") {
    Departures departures;
    departures.answered(milliseconds(8));
    departures.told(58, start);
    SECTION("or six of 64 would leave, and 58 miss that call, again and again") {
        for (int i = 0; i < 6; ++i)
            departures.came();
        CHECK_FALSE(departures.may_leave(6, {1, 6}, start));
        for (int i = 6; i < 32; ++i)
            departures.came();
        CHECK(departures.may_leave(32, {1, 6}, start)); // half of all
    }
    SECTION("and not longer") {
        CHECK_FALSE(departures.may_leave(6, {1, 6}, start + milliseconds(1) - std::chrono::microseconds(1)));
        CHECK(departures.may_leave(6, {1, 6}, departures.expected_until()));
        CHECK(departures.expected_until() == start + milliseconds(1));
        CHECK_FALSE(departures.may_leave(5, {1, 6}, departures.expected_until()));
    }
    SECTION("who is there when nothing is under way leaves without them") {
        CHECK(departures.may_leave(1, {0, 0}, start));
    }
    SECTION("as many as a call takes do not wait for more") {
        CHECK(departures.may_leave(Purchases::count_max, {1, Purchases::count_max}, start));
    }
    SECTION("when all of them are back, half as many as are under way need not wait for those") {
        for (int i = 0; i < 58; ++i)
            departures.came();
        CHECK(departures.may_leave(58, {1, 116}, start));
        CHECK_FALSE(departures.may_leave(58, {1, 117}, start));
        CHECK_FALSE(departures.may_leave(58, {1, 116}, departures.expected_until()));
    }
    SECTION("those of two calls are counted together, those of long ago not") {
        departures.told(10, start + std::chrono::microseconds(500));
        CHECK_FALSE(departures.may_leave(67, {1, 0}, start + std::chrono::microseconds(600)));
        CHECK(departures.may_leave(68, {1, 0}, start + std::chrono::microseconds(600)));
        departures.told(10, start + milliseconds(20));
        CHECK(departures.may_leave(10, {1, 0}, start + milliseconds(20)));
    }
}

TEST_CASE("a call holds others up for twice what the last took, within bounds", "[frontend][order]") {
    Departures departures;
    CHECK(departures.patience() == Departures::patience_min);
    departures.answered(milliseconds(30));
    CHECK(departures.patience() == milliseconds(60));
    departures.answered(base::seconds(1));
    CHECK(departures.patience() == Departures::patience_max);
}
