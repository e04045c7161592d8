// The measuring parts of `bookstorectl bench`, and the command against a shop that answers as told.
#include <atomic>
#include <chrono>

#include <catch2/catch.hpp>

#include <boost/json/parse.hpp>

#include "ctl/bench/histogram.hpp"
#include "ctl/bench/mix.hpp"
#include "ctl/bench/pace.hpp"
#include "unit/ctl/fake_shop.hpp"

using namespace bookstore;
using namespace bookstore::ctl::bench;

TEST_CASE("a percentile is at most a 512th above what was recorded", "[ctl][bench]") {
    base::Random dice(3);
    for (int i = 0; i < 2'000; ++i) {
        const auto ns = static_cast<std::int64_t>(dice.next() >> (23 + dice.below(41)));
        Histogram one;
        one.record(base::Duration(ns));
        one.record(base::Duration(3'600'000'000'000)); // so that the maximum does not help
        const auto told = one.percentile(0.5).count();
        CAPTURE(ns, told);
        CHECK(told >= ns);
        CHECK(told <= ns + ns / 512);
    }
}

TEST_CASE("percentiles count from the least latency up", "[ctl][bench]") {
    Histogram latency;
    CHECK(latency.percentile(0.99) == base::Duration{});
    for (int us = 1'000; us >= 1; --us)
        latency.record(std::chrono::microseconds(us));
    const auto about = [](base::Duration told, std::int64_t us) {
        const base::Duration exactly = std::chrono::microseconds(us);
        return told >= exactly && told <= exactly + exactly / 512;
    };
    CHECK(latency.count() == 1'000);
    CHECK(about(latency.percentile(0), 1));
    CHECK(about(latency.percentile(0.5), 500));
    CHECK(about(latency.percentile(0.999), 999));
    CHECK(latency.percentile(1) == std::chrono::microseconds(1'000));
    CHECK(latency.mean() == std::chrono::nanoseconds(500'500));
    CHECK(about(latency.deviation() + std::chrono::nanoseconds(181), 289)); // 288.819

    Histogram both;
    both.add(latency);
    both.record(base::seconds(7'200));
    CHECK(both.count() == 1'001);
    CHECK(both.max() == base::seconds(7'200));
    CHECK(both.percentile(1) >= base::seconds(3'600));
}

TEST_CASE("a mix is drawn as often as it says", "[ctl][bench]") {
    base::Random dice(1);
    for (const char* name : {"lookup", "search", "buy", "browse", "shop", "order", "buy:0", "buy:40"}) {
        const Mix mix = mix_called(name);
        std::array<unsigned, deeds> drawn{};
        for (int i = 0; i < 10'000; ++i)
            ++drawn[static_cast<std::size_t>(mix.draw(dice))];
        CHECK(mix.percent[0] + mix.percent[1] + mix.percent[2] == 100);
        for (std::size_t i = 0; i < deeds; ++i)
            CHECK(drawn[i] == Approx(mix.percent[i] * 100.0).margin(200));
    }
    CHECK_THROWS_WITH(mix_called("steal"),
                      "--mix=steal: allowed are lookup, search, buy, browse, shop, order, buy:N");
    CHECK(mix_called("buy:40").percent == std::array<unsigned, deeds>{60, 0, 40});
    CHECK_THROWS(mix_called("buy:"));
    CHECK_THROWS(mix_called("buy:101"));
}

TEST_CASE("in an open loop requests are due by the clock, whoever is late", "[ctl][bench]") {
    const base::TimePoint start{base::seconds(100)};
    Pace open(start, 1'000);
    CHECK(open.next(start + base::seconds(5)) == start);
    CHECK(open.next(start + base::seconds(5)) == start + base::milliseconds(1));
    Pace closed(start, std::nullopt);
    CHECK(closed.next(start + base::seconds(5)) == start + base::seconds(5));
}

namespace {

constexpr auto page = R"({"books":[{"id":1,"title":"a","topic":"t","cost":100,"stock":5}]})";

/// What `bench` prints about `shop`, as JSON.
boost::json::object measured(ctl::FakeShop& shop, std::vector<std::string> arguments, int expected_status) {
    for (const char* more : {"--output=json", "bench", "--warm-up=0", "--seed=1"})
        arguments.insert(arguments.begin(), more);
    const auto ran = ctl::at(shop.address(), std::move(arguments));
    INFO(ran.out << ran.err);
    REQUIRE(ran.status == expected_status);
    return boost::json::parse(ran.out).as_object();
}

} // namespace

TEST_CASE("a bench counts what became of its requests", "[ctl][bench]") {
    std::atomic<int> purchases = 0;
    ctl::FakeShop shop([&](const net::Request& request) {
        if (request.verb != net::Verb::post) {
            return net::json_response(page).with("Bookstore-Source", "cache");
        }
        const int statuses[] = {201, 409, 503, 201};
        return net::json_response("{}", statuses[purchases++ % 4]);
    });
    const auto buys = measured(shop, {"--mix=buy", "--requests=400", "--clients=8"}, 0).at("buy").as_object();
    CHECK(purchases == 400);
    CHECK(buys.at("answered").to_number<int>() == 300);
    CHECK(buys.at("out_of_stock").to_number<int>() == 100);
    CHECK(buys.at("refused").to_number<int>() == 100);
    CHECK(buys.at("failed").to_number<int>() == 0);
    CHECK(buys.at("p99_us").to_number<double>() >= buys.at("p50_us").to_number<double>());

    const auto reads = measured(shop, {"--mix=search", "--requests=50", "--items=1"}, 0);
    CHECK(reads.at("search").at("cached").to_number<int>() == 50);
}

TEST_CASE("what the shop should not answer is a failure, and the exit status says so", "[ctl][bench]") {
    ctl::FakeShop shop([](const net::Request& request) {
        return request.path == "/v1/books" ? net::json_response(page) : net::json_response("{}", 404);
    });
    const auto all = measured(shop, {"--mix=lookup", "--requests=20"}, 1).at("all").as_object();
    CHECK(all.at("failed").to_number<int>() == 20);
    CHECK(all.at("answered").to_number<int>() == 0);
}

TEST_CASE("an open loop asks at its rate", "[ctl][bench]") {
    ctl::FakeShop shop([](const net::Request&) { return net::json_response(page); });
    const auto all = measured(shop, {"--mix=lookup", "--rate=200", "--seconds=1"}, 0);
    CHECK(all.at("all").at("answered").to_number<int>() == 200);
    CHECK(all.at("unsent").to_number<int>() == 0);
    CHECK(all.at("loop").as_string() == "open");
}
