#include <bookstore/base/metrics.hpp>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <catch2/catch.hpp>

using namespace bookstore::base;
using Catch::Contains;

TEST_CASE("asking twice for a metric gives the same object", "[base][metrics]") {
    Metrics metrics;
    auto& first = metrics.counter("requests_total", "Requests.", {{"route", "/v1/books"}});
    auto& again = metrics.counter("requests_total", "Requests.", {{"route", "/v1/books"}});
    auto& other = metrics.counter("requests_total", "Requests.", {{"route", "/buy"}});
    CHECK(&first == &again);
    CHECK(&first != &other);
}

TEST_CASE("metrics are shown in Prometheus' text format", "[base][metrics]") {
    Metrics metrics;
    metrics.counter("buys_total", "Purchases.", {{"outcome", "sold"}}).Increment(3);
    metrics.gauge("queue_length", "Waiting.").Set(2);
    auto& seconds = metrics.histogram("write_seconds", "Time of a write.", {0.001, 0.01});
    seconds.Observe(0.0005);
    seconds.Observe(0.005);
    seconds.Observe(5);

    const std::string text = metrics.expose();
    CHECK_THAT(text, Contains("# HELP buys_total Purchases.\n# TYPE buys_total counter\n"));
    CHECK_THAT(text, Contains("buys_total{outcome=\"sold\"} 3\n"));
    CHECK_THAT(text, Contains("# TYPE queue_length gauge\nqueue_length 2\n"));
    CHECK_THAT(text, Contains("write_seconds_bucket{le=\"0.001\"} 1\n"));
    CHECK_THAT(text, Contains("write_seconds_bucket{le=\"0.01\"} 2\n"));
    CHECK_THAT(text, Contains("write_seconds_bucket{le=\"+Inf\"} 3\n"));
    CHECK_THAT(text, Contains("write_seconds_count 3\n"));
}

TEST_CASE("one name cannot be two kinds of metric", "[base][metrics]") {
    Metrics metrics;
    metrics.counter("a_name", "A counter.");
    CHECK_THROWS_AS(metrics.gauge("a_name", "A gauge."), std::invalid_argument);
}
