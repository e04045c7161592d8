#include <catch2/catch.hpp>

#include "net/target.hpp"
#include <bookstore/net/http_client.hpp>

using namespace bookstore::net;

namespace {

Request parsed(std::string_view target, Verb verb = Verb::get) {
    Request request;
    request.verb = verb;
    REQUIRE(parse_target(target, request));
    return request;
}

bool refused(std::string_view target, Verb verb = Verb::get) {
    Request request;
    request.verb = verb;
    return !parse_target(target, request);
}

} // namespace

TEST_CASE("a target in origin form is decoded", "[net][target]") {
    const auto request = parsed("/v1/b%6Foks/a+b?topic=d%20s&q=two+words&empty=&bare&topic=second");
    CHECK(request.path == "/v1/books/a+b");
    CHECK(request.parameter("topic") == "d s");
    CHECK(request.parameter("q") == "two words");
    CHECK(request.parameter("empty") == "");
    CHECK(request.parameter("bare") == "");
    CHECK(request.parameter("absent") == std::nullopt);
    CHECK(request.query.size() == 5);
}

TEST_CASE("an '=' in a value and empty pairs are kept apart", "[net][target]") {
    const auto request = parsed("/?a=b=c&&=x&");
    CHECK(request.query == std::vector<std::pair<std::string, std::string>>{{"a", "b=c"}, {"", "x"}});
}

TEST_CASE("a target in absolute form loses its authority", "[net][target]") {
    CHECK(parsed("http://shop.example:80/lookup?item=2").path == "/lookup");
    CHECK(parsed("HTTP://shop.example").path == "/");
    CHECK(parsed("https://shop.example?item=2").parameter("item") == "2");
}

TEST_CASE("the asterisk is a target of OPTIONS only", "[net][target]") {
    CHECK(parsed("*", Verb::options).path == "*");
    CHECK(refused("*"));
}

TEST_CASE("a malformed target is refused", "[net][target]") {
    const auto* target = GENERATE("", "lookup", "/a%", "/a%2", "/a%zz", "/a%00b", "/?q=%", "/?q=%0",
                                  "/?%00=1", "/a#b", "shop.example:80", "ftp://x/");
    CAPTURE(target);
    CHECK(refused(target));
}

TEST_CASE("what is percent-encoded decodes to itself", "[net][target]") {
    std::string every;
    for (int c = 1; c < 256; ++c)
        every.push_back(static_cast<char>(c));
    const auto encoded = percent_encode(every);
    CHECK(encoded.find_first_of(" +&=?#/\"<>") == std::string::npos);
    std::string decoded;
    REQUIRE(percent_decode(encoded, true, decoded));
    CHECK(decoded == every);
}
