#include <catch2/catch.hpp>

#include "consensus/quorum.hpp"

using namespace bookstore::consensus;

TEST_CASE("a majority is more than half", "[quorum]") {
    CHECK(majority_of(1) == 1);
    CHECK(majority_of(2) == 2);
    CHECK(majority_of(3) == 2);
    CHECK(majority_of(4) == 3);
    CHECK(majority_of(5) == 3);
}

TEST_CASE("what a majority has reached", "[quorum]") {
    CHECK(reached_by_majority<int>({4}) == 4);
    CHECK(reached_by_majority<int>({4, 9}) == 4);
    CHECK(reached_by_majority<int>({9, 1, 4}) == 4);
    CHECK(reached_by_majority<int>({9, 1, 4, 5}) == 4);
    CHECK(reached_by_majority<int>({2, 2, 7, 9, 1}) == 2);
    CHECK(reached_by_majority<int>({0, 0, 0, 9, 9}) == 0);
}

TEST_CASE("any two majorities share a member", "[quorum]") {
    for (std::size_t voters = 1; voters <= 9; ++voters)
        CHECK(2 * majority_of(voters) > voters);
}
