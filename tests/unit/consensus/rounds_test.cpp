#include <catch2/catch.hpp>

#include "consensus/rounds.hpp"

using namespace bookstore;
using namespace bookstore::consensus;
using namespace std::chrono_literals;

TEST_CASE("a round is dated by its sending or a little before, never after", "[rounds]") {
    Rounds rounds(2ms, 600ms);
    const base::TimePoint start{1s};
    CHECK(rounds.open(start) == 1);
    CHECK(rounds.open(start + 1ms) == 2);
    CHECK(rounds.open(start + 2ms) == 3);
    CHECK(rounds.sent_at(1) == start);
    CHECK(rounds.sent_at(2) == start); // shares the date of the first
    CHECK(rounds.sent_at(3) == start + 2ms);
}

TEST_CASE("a round that never was has no date, nor has one of long ago", "[rounds]") {
    Rounds rounds(2ms, 600ms);
    const base::TimePoint start{1s};
    CHECK_FALSE(rounds.sent_at(1));
    rounds.open(start);
    rounds.open(start + 601ms);
    CHECK_FALSE(rounds.sent_at(0));
    CHECK_FALSE(rounds.sent_at(1));
    CHECK(rounds.sent_at(2) == start + 601ms);
    CHECK_FALSE(rounds.sent_at(3));
}
