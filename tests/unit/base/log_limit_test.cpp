#include <bookstore/base/log_limit.hpp>

#include <catch2/catch.hpp>

using namespace bookstore::base;

TEST_CASE("of many lines in a while one passes, and the next tells of the others", "[base][log]") {
    LogLimit limit(seconds(1));
    const TimePoint start{seconds(3600)};
    CHECK(limit.pass(start) == 0);
    for (int n = 0; n < 500; ++n)
        CHECK(!limit.pass(start + milliseconds(n)));
    CHECK(limit.pass(start + seconds(1)) == 500);
    CHECK(!limit.pass(start + milliseconds(1'999)));
    CHECK(limit.pass(start + seconds(5)) == 1);
    CHECK(limit.pass(start + seconds(6)) == 0);
}
