#include <catch2/catch.hpp>

#include "unit/history/stories.hpp"

namespace bookstore::history {
namespace {

TEST_CASE("a refusal may be as old as a try that was never answered", "[history][orders]") {
    // Seen under faults: the first try is decided while the shelf is empty and its answer is lost; the shelf
    // is filled; the next try of the key is told what was decided.
    const History lost_answer{shelf(1, 0), perhaps_bought(0, "a"), restocked(during(5, 6), 5, 5),
                              sold_out(during(10, 11), "a", 0), saw(during(20, 21), 5)};
    CHECK(check(lost_answer).result == Result::correct);
    CHECK(check(lost_answer, OrderBook{}).result == Result::correct);

    const History one_try{shelf(1, 0), restocked(during(5, 6), 5, 5), sold_out(during(10, 11), "a", 0)};
    CHECK(check(one_try, OrderBook{}).result == Result::violation);
}

} // namespace
} // namespace bookstore::history
