#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>

#include "unit/ctl/fake_shop.hpp"

namespace bookstore::ctl {
namespace {

net::Response serve(const net::Request& request) {
    if (request.verb == net::Verb::post)
        return net::json_response(
            R"({"order":1,"key":"k","at":"2026-01-31T12:00:00.000Z","lines":[],"total":200})", 201);
    if (request.path == "/v1/books") return net::json_response("{\"books\":[" + rpcs + "],\"next\":null}");
    return net::json_response(rpcs);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

TEST_CASE("a simulation does a bit of everything and sums it up", "[ctl][simulate]") {
    FakeShop shop(&serve);
    const Ran ran =
        at(shop.address(), {"simulate", "--count=40", "--interval=0.001", "--restock-every=10", "--seed=1"});
    CHECK(ran.status == 0);
    CHECK(ran.out.ends_with('\n')); // whole lines only
    const auto lines = lines_of(ran.out);
    REQUIRE(lines.size() == 40 + 4 + 1);
    const auto having = [&](const std::string& words) {
        return std::count_if(lines.begin(), lines.end(),
                             [&](const std::string& line) { return line.find(words) != std::string::npos; });
    };
    CHECK(having("  search   ") > 3);
    CHECK(having("  lookup   ") > 3);
    CHECK(having("bought for 2.00, order 1") > 3);
    CHECK(having("2 more copies, 5 in stock") == 4);
    CHECK_THAT(lines.back(), Catch::StartsWith("44 requests: 44 served, 0 out of stock, 0 failed; "));
}

TEST_CASE("the same seed makes the same choices", "[ctl][simulate]") {
    FakeShop shop(&serve);
    const auto paths = [&](const std::string& seed) {
        const std::size_t before = shop.requests().size();
        at(shop.address(), {"simulate", "--count=20", "--interval=0.001", "--seed=" + seed, "--output=json"});
        std::string all;
        const auto requests = shop.requests();
        for (std::size_t i = before; i < requests.size(); ++i)
            all += std::string(to_string(requests[i].verb)) + requests[i].path + " ";
        return all;
    };
    CHECK(paths("1") == paths("1"));
    CHECK(paths("1") != paths("2"));
}

TEST_CASE("failures are told and survived; with nothing else the status is 1", "[ctl][simulate]") {
    int asked = 0;
    FakeShop shop([&asked](const net::Request& request) {
        return ++asked % 2 == 0 ? net::problem(500, "a fault") : serve(request);
    });
    const Ran some = at(shop.address(), {"simulate", "--count=6", "--interval=0.001", "--restock-every=0"});
    CHECK(some.status == 0);
    CHECK_THAT(some.out, Catch::Contains("a fault") &&
                             Catch::Contains("6 requests: 3 served, 0 out of stock, 3 failed"));

    const Ran none = at(nowhere, {"simulate", "--count=2", "--interval=0.001"});
    CHECK(none.status == 1);
    CHECK_THAT(none.out, Catch::Contains("no frontend answered"));
}

TEST_CASE("sold out is no failure, and a refused credential ends the restocking", "[ctl][simulate]") {
    FakeShop shop([](const net::Request& request) {
        if (request.verb == net::Verb::post) return net::problem(409, "Out of stock.");
        if (request.verb == net::Verb::patch) return net::problem(401, "A credential is needed.");
        return serve(request);
    });
    const Ran ran =
        at(shop.address(), {"simulate", "--count=30", "--interval=0.001", "--restock-every=1", "--seed=1"});
    CHECK(ran.status == 0);
    CHECK_THAT(ran.out, Catch::Contains("out of stock") && Catch::Contains("--admin-secret-file"));
    const auto requests = shop.requests();
    CHECK(std::count_if(requests.begin(), requests.end(),
                        [](const net::Request& r) { return r.verb == net::Verb::patch; }) == 1);
}

} // namespace
} // namespace bookstore::ctl
