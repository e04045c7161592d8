#include <catch2/catch.hpp>

#include <bookstore/net/endpoint.hpp>

using namespace bookstore;
using net::Endpoint;
using net::parse_endpoint;

TEST_CASE("an endpoint is read in each of its forms", "[net][endpoint]") {
    CHECK(parse_endpoint("127.0.0.1:3211").value() == Endpoint{"127.0.0.1", 3211});
    CHECK(parse_endpoint("[::1]:3211").value() == Endpoint{"::1", 3211});
    CHECK(parse_endpoint("books.example:80").value() == Endpoint{"books.example", 80});
    CHECK(parse_endpoint("books.example", 3213).value() == Endpoint{"books.example", 3213});
    CHECK(parse_endpoint("[fe80::1%lo]", 3213).value() == Endpoint{"fe80::1%lo", 3213});
    CHECK(parse_endpoint("127.0.0.1:0").value() == Endpoint{"127.0.0.1", 0});
}

TEST_CASE("what is not an endpoint is refused", "[net][endpoint]") {
    const auto* text = GENERATE("", ":3211", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                                "127.0.0.1:12x", "::1:3211", "[::1:3211", "[::1]3211", "[books]:1", "[]:1",
                                "bo oks:1", "http://books:1", "books/:1");
    CAPTURE(text);
    const auto parsed = parse_endpoint(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error() == base::Errc::invalid_argument);
}

TEST_CASE("an endpoint is written as it is read", "[net][endpoint]") {
    const auto* text = GENERATE("127.0.0.1:3211", "[::1]:3211", "books.example:3211");
    CHECK(net::to_string(parse_endpoint(text).value()) == text);
}

TEST_CASE("loopback is told by address and by name", "[net][endpoint]") {
    CHECK(net::is_loopback({"127.0.0.1", 1}));
    CHECK(net::is_loopback({"127.8.8.8", 1}));
    CHECK(net::is_loopback({"::1", 1}));
    CHECK(net::is_loopback({"localhost", 1}));
    CHECK_FALSE(net::is_loopback({"0.0.0.0", 1}));
    CHECK_FALSE(net::is_loopback({"::", 1}));
    CHECK_FALSE(net::is_loopback({"192.0.2.1", 1}));
    CHECK_FALSE(net::is_loopback({"localhost.example", 1}));
}
