#include <catch2/catch.hpp>

#include <string>

#include <bookstore/base/limits.hpp>
#include <bookstore/roles/json.hpp>

using namespace bookstore;
using namespace bookstore::roles;

namespace {

const shop::Book rpcs{shop::ItemId{2}, "RPCs for Dummies", "ds", 200, 5};
const shop::Book odd{shop::ItemId{9}, "\"Back\\slash\" \xe2\x82\xac\x7f", "a\tb", 0, 0};

std::string escaped(std::string_view text) {
    std::string out;
    json::append_string(out, text);
    return out;
}

template <typename T>
void check_refused(const json::Parsed<T>& parsed, const std::string& words) {
    CHECK_FALSE(parsed.value);
    CHECK_THAT(parsed.problem, Catch::Contains(words));
}

} // namespace

TEST_CASE("books are written in the API's shapes", "[roles][json]") {
    CHECK(json::book(rpcs) == R"({"id":2,"title":"RPCs for Dummies","topic":"ds","cost":200,"stock":5})");
    CHECK(json::book(odd) ==
          "{\"id\":9,\"title\":\"\\\"Back\\\\slash\\\" \xe2\x82\xac\x7f\",\"topic\":\"a\\u0009b\","
          "\"cost\":0,\"stock\":0}");
    CHECK(json::books({}) == R"({"books":[]})");
    CHECK(json::books({&rpcs, &rpcs}) == R"({"books":[)" + json::book(rpcs) + "," + json::book(rpcs) + "]}");
    CHECK(json::page({}, std::nullopt) == R"({"books":[],"next":null})");
    CHECK(json::page({&rpcs}, 2) == R"({"books":[)" + json::book(rpcs) + R"(],"next":2})");
}

TEST_CASE("orders and shortages are written in the API's shapes", "[roles][json]") {
    const shop::Order order{shop::OrderNumber{17},
                            "a\"key",
                            base::WallTime{1'769'860'800'000},
                            {{shop::ItemId{1}, "T", 2, 100}},
                            200};
    CHECK(
        json::order(order) ==
        R"({"order":17,"key":"a\"key","at":"2026-01-31T12:00:00.000Z","lines":[{"item":1,"title":"T","quantity":2,"cost":100}],"total":200})");
    CHECK(json::short_member({{shop::ItemId{1}, 0}, {shop::ItemId{4}, 2}}) ==
          R"("short":[{"item":1,"stock":0},{"item":4,"stock":2}])");
}

TEST_CASE("every control character is escaped, and nothing else that need not be", "[roles][json]") {
    CHECK(escaped(std::string_view("\0\n\x1f", 3)) == "\"\\u0000\\u000a\\u001f\"");
    CHECK(escaped("/<>&'\xf0\x9f\x93\x9a") == "\"/<>&'\xf0\x9f\x93\x9a\"");
    CHECK(escaped("") == "\"\"");
}

TEST_CASE("an order request is read, a quantity left out is one", "[roles][json]") {
    const auto parsed =
        json::parse_order_request(R"( {"lines": [{"item": 1}, {"item": 2, "quantity": 3}]} )");
    REQUIRE(parsed.value);
    CHECK(*parsed.value == std::vector<shop::Line>{{shop::ItemId{1}, 1}, {shop::ItemId{2}, 3}});
}

TEST_CASE("an order request that is none says why", "[roles][json]") {
    check_refused(json::parse_order_request(""), "not JSON");
    check_refused(json::parse_order_request(R"({"lines": [{"item": 1}]} x)"), "not JSON");
    check_refused(json::parse_order_request(std::string(10'000, '[')),
                  "not JSON"); // deeper than anyone nests
    check_refused(json::parse_order_request("{\"lines\": \"\xff\"}"), "not JSON");
    check_refused(json::parse_order_request("[]"), "must be a JSON object");
    check_refused(json::parse_order_request("{}"), "\"lines\" is missing");
    check_refused(json::parse_order_request(R"({"lines": {}})"), "must be an array");
    check_refused(json::parse_order_request(R"({"lines": [1]})"), "must be an object");
    check_refused(json::parse_order_request(R"({"lines": [{"quantity": 1}]})"), "\"item\" is missing");
    check_refused(json::parse_order_request(R"({"lines": [{"item": 0}]})"), "positive");
    check_refused(json::parse_order_request(R"({"lines": [{"item": "1"}]})"), "must be an integer");
    check_refused(json::parse_order_request(R"({"lines": [{"item": 1.0}]})"), "must be an integer");
    check_refused(json::parse_order_request(R"({"lines": [{"item": 18446744073709551615}]})"),
                  "must be an integer");
    check_refused(json::parse_order_request(R"({"lines": [{"item": 1, "quantitty": 2}]})"), "\"quantitty\"");
    check_refused(json::parse_order_request(R"({"lines": [{"item": 1}], "key": "x"})"), "only \"lines\"");
}

TEST_CASE("an order request keeps to the shop's rules", "[roles][json]") {
    CHECK_FALSE(json::parse_order_request(R"({"lines": []})").value);
    CHECK_FALSE(json::parse_order_request(R"({"lines": [{"item": 1, "quantity": 0}]})").value);
    CHECK_FALSE(json::parse_order_request(R"({"lines": [{"item": 1}, {"item": 1}]})").value);
    std::string many = R"({"lines": [)";
    for (std::size_t i = 1; i <= base::limits::lines_per_order_max + 1; ++i)
        many += (i > 1 ? "," : "") + std::string(R"({"item":)") + std::to_string(i) + "}";
    CHECK_FALSE(json::parse_order_request(many + "]}").value);
}

TEST_CASE("a change of a book is read", "[roles][json]") {
    const auto both = json::parse_book_change(R"({"delta": -3, "cost": 250, "order": 0})", true);
    REQUIRE(both.value);
    CHECK(both.value->delta == -3);
    CHECK(both.value->cost == 250);
    CHECK(both.value->order == 0);
    const auto one = json::parse_book_change(R"({"cost": 0})", false);
    REQUIRE(one.value);
    CHECK_FALSE(one.value->delta);
    CHECK(one.value->order == 1);
}

TEST_CASE("a change of a book that is none says why", "[roles][json]") {
    check_refused(json::parse_book_change("{}", false), "must be given");
    check_refused(json::parse_book_change(R"({"order": 1})", true), "must be given");
    check_refused(json::parse_book_change(R"({"delta": 1, "order": 1})", false), "\"order\"");
    check_refused(json::parse_book_change(R"({"delta": 1, "order": 2})", true), "0 or 1");
    check_refused(json::parse_book_change(R"({"cost": -1})", false), "\"cost\"");
    check_refused(json::parse_book_change(R"({"delta": null})", false), "must be an integer");
    check_refused(json::parse_book_change(R"({"delta": 9223372036854775807})", false), "\"delta\"");
}

TEST_CASE("a book is read, with or without an id", "[roles][json]") {
    const auto parsed = json::parse_book(json::book(rpcs));
    REQUIRE(parsed.value);
    CHECK(*parsed.value == rpcs);
    const auto nameless = json::parse_book(R"({"title": "\u20ac", "topic": "ds", "cost": 1, "stock": 0})");
    REQUIRE(nameless.value);
    CHECK(nameless.value->id == shop::ItemId{0});
    CHECK(nameless.value->title == "\xe2\x82\xac");
}

TEST_CASE("a book that is none says why", "[roles][json]") {
    check_refused(json::parse_book(R"({"topic": "ds", "cost": 1, "stock": 0})"), "\"title\" is missing");
    check_refused(json::parse_book(R"({"title": 1, "topic": "ds", "cost": 1, "stock": 0})"),
                  "must be a string");
    check_refused(json::parse_book(R"({"id": 0, "title": "t", "topic": "ds", "cost": 1, "stock": 0})"),
                  "positive");
    CHECK_FALSE(json::parse_book(R"({"title": "", "topic": "ds", "cost": 1, "stock": 0})").value);
    CHECK_FALSE(json::parse_book(R"({"title": "t", "topic": "ds", "cost": -1, "stock": 0})").value);
    CHECK_FALSE(json::parse_book(R"({"title": "a\u0000b", "topic": "ds", "cost": 1, "stock": 0})").value);
}

TEST_CASE("a positive number is digits alone", "[roles][json]") {
    CHECK(json::parse_positive("1") == 1);
    CHECK(json::parse_positive("9223372036854775807") == 9'223'372'036'854'775'807u);
    for (const char* text : {"", "0", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "9223372036854775808"})
        CHECK_FALSE(json::parse_positive(text));
}
