/// \file
/// Whose time is shown, to whom, and that a split never says more than the tier above it.
#include "roles/timing.hpp"

#include <catch2/catch.hpp>

#include <bookstore/net/loop.hpp>
#include <bookstore/net/server_timing.hpp>

#include "support/catch_result.hpp"
#include "support/virtual_scheduler.hpp"

namespace bookstore::roles {
namespace {

using base::milliseconds;
using boost::asio::awaitable;

/// One route that takes 5 ms and says what the tiers below it took.
struct TimedRoute {
    net::Response get(net::Headers headers) {
        net::Request request;
        request.headers = std::move(headers);
        const auto answer = test::begin(scheduler, routes.front().handler(std::move(request)));
        REQUIRE(scheduler.run_until([&] { return answer->has_value(); }, base::seconds(1)));
        return **answer;
    }

    test::VirtualScheduler scheduler;
    TierTimes below;
    std::vector<net::Route> routes =
        timed({{net::Verb::get, "/",
                [this](net::Request request) -> awaitable<net::Response> {
                    co_await net::sleep_until(scheduler, scheduler.now() + milliseconds(5));
                    PurchaseAnswer answer;
                    answer.times = below;
                    co_return with_times(net::json_response("{}"), request, answer);
                }}},
              "frontend", scheduler);
};

std::string times_in(const net::Response& response) {
    return std::string(response.header("Server-Timing").value_or("none"));
}

} // namespace

TEST_CASE("who does not ask is shown no times", "[roles][timing]") {
    TimedRoute route;
    route.below.catalog = milliseconds(1);
    CHECK(times_in(route.get({})) == "none");
}

TEST_CASE("who asks is shown every tier that took part, the outer ones first", "[roles][timing]") {
    TimedRoute route;
    const net::Headers asking{{"bookstore-timing", "1"}};
    CHECK(times_in(route.get(asking)) == "frontend;dur=5.000");
    route.below.catalog = milliseconds(1);
    CHECK(times_in(route.get(asking)) == "frontend;dur=5.000, catalog;dur=1.000");
    route.below.order = milliseconds(3);
    CHECK(times_in(route.get(asking)) == "frontend;dur=5.000, order;dur=3.000, catalog;dur=1.000");
}

TEST_CASE("no tier is shown longer than the one above it", "[roles][timing]") {
    TimedRoute route;
    route.below = {milliseconds(3), milliseconds(9)};
    CHECK(times_in(route.get({{"Bookstore-Timing", "1"}})) ==
          "frontend;dur=5.000, order;dur=3.000, catalog;dur=3.000");
}

TEST_CASE("times travel in whole microseconds, and nobody's is longer than a day", "[roles][timing]") {
    QueryAnswer answer;
    answer.times.catalog = std::chrono::nanoseconds(1'600);
    answer.times.order = std::chrono::hours(1'000);
    const auto arrived = decode<QueryAnswer>(encode(answer)).value();
    CHECK(arrived.times.catalog == std::chrono::microseconds(2));
    CHECK(arrived.times.order == std::chrono::hours(24));
    const auto none = decode<QueryAnswer>(encode(QueryAnswer())).value();
    CHECK_FALSE(none.times.catalog.has_value());
    CHECK_FALSE(none.times.order.has_value());
}

} // namespace bookstore::roles
