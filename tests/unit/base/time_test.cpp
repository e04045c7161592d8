#include <bookstore/base/time.hpp>

#include <limits>

#include <catch2/catch.hpp>

using namespace bookstore::base;

TEST_CASE("wall time is shown as ISO 8601 in UTC", "[base][time]") {
    const auto [ms, text] = GENERATE(table<std::int64_t, std::string>({
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {1'769'860'800'000, "2026-01-31T12:00:00.000Z"},
        {951'782'399'007, "2000-02-28T23:59:59.007Z"},
        {951'782'400'000, "2000-02-29T00:00:00.000Z"},
        {253'402'300'799'999, "9999-12-31T23:59:59.999Z"},
    }));
    CHECK(to_iso8601(WallTime{ms}) == text);
}

TEST_CASE("a time that four digits cannot show is shown as the nearest one", "[base][time]") {
    using Limits = std::numeric_limits<std::int64_t>;
    CHECK(to_iso8601(WallTime{Limits::max()}) == "9999-12-31T23:59:59.999Z");
    CHECK(to_iso8601(WallTime{Limits::min()}) == "0000-01-01T00:00:00.000Z");
}
