/// \file
/// The codec of Server-Timing: what we write, and whatever a proxy may make of it.
#include <catch2/catch.hpp>

#include <bookstore/net/server_timing.hpp>

using namespace bookstore;
using net::Timing;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST_CASE("tiers are written as milliseconds with three decimals", "[net][timing]") {
    CHECK(net::to_server_timing({}).empty());
    CHECK(net::to_server_timing({{"frontend", microseconds(1'412)}, {"catalog", microseconds(4)}}) ==
          "frontend;dur=1.412, catalog;dur=0.004");
    CHECK(net::to_server_timing({{"order", nanoseconds(1'600)}}) == "order;dur=0.002");
}

TEST_CASE("what is written is read back", "[net][timing]") {
    const std::vector<Timing> timings{{"frontend", std::chrono::seconds(3)}, {"order", microseconds(1)}};
    CHECK(net::parse_server_timing(net::to_server_timing(timings)) == timings);
}

TEST_CASE("other parameters, spaces and quoted text are skipped", "[net][timing]") {
    const std::vector<Timing> expected{{"a", microseconds(1'500)}, {"b", microseconds(2'000)}};
    CHECK(net::parse_server_timing("\ta ; desc=\"x, y; \\\"dur=9\" ; dur = 1.5 , b;dur=2") == expected);
}

TEST_CASE("what cannot be a time is left out, and the rest is kept", "[net][timing]") {
    const std::vector<Timing> expected{{"ok", microseconds(7)}};
    for (const auto* bad : {"miss", "x;dur=", "x;dur=-1", "x;dur=nan", "x;dur=1e99", "x;dur=1s", ";dur=1",
                            "x;desc=\"", ",,", " "})
        CHECK(net::parse_server_timing(std::string("ok;dur=0.007,") + bad) == expected);
    CHECK(net::parse_server_timing("").empty());
}

TEST_CASE("a header of any length gives sixteen metrics at most", "[net][timing]") {
    std::string header;
    for (int i = 0; i < 1'000; ++i)
        header += "x;dur=1,";
    CHECK(net::parse_server_timing(header).size() == 16);
}
