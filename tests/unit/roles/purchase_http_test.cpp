#include <catch2/catch.hpp>

#include <bookstore/roles/json.hpp>
#include <bookstore/roles/purchase_http.hpp>

using namespace bookstore;
using namespace bookstore::roles;

namespace {

net::Request buy(std::string item, net::Headers headers = {}) {
    net::Request request;
    request.path = "/buy";
    request.query = {{"item", std::move(item)}};
    request.headers = std::move(headers);
    return request;
}

net::Request order(std::string body, net::Headers headers = {}) {
    net::Request request;
    request.verb = net::Verb::post;
    request.path = "/v1/orders";
    request.body = std::move(body);
    request.headers = std::move(headers);
    return request;
}

int status_of(const PurchaseRequest& request) {
    const auto* refusal = std::get_if<net::Response>(&request);
    return refusal == nullptr ? 0 : refusal->status;
}

std::string header_of(const net::Response& response, std::string_view name) {
    return std::string(net::find_header(response.headers, name).value_or("(none)"));
}

PurchaseAnswer bought() {
    PurchaseAnswer answer;
    answer.order = {
        shop::OrderNumber{17}, "k", base::WallTime{0}, {{shop::ItemId{2}, "RPCs for Dummies", 1, 200}}, 200};
    return answer;
}

} // namespace

TEST_CASE("the client's key is the purchase's", "[roles][purchase_http]") {
    base::Random random(1);
    const auto request = parse_buy(buy("2", {{"idempotency-key", "mine"}}), random);
    REQUIRE(std::holds_alternative<Purchase>(request));
    CHECK(std::get<Purchase>(request).key == "mine");
    CHECK(std::get<Purchase>(request).lines == std::vector<shop::Line>{{shop::ItemId{2}, 1}});
}

TEST_CASE("without a key each request is a purchase of its own", "[roles][purchase_http]") {
    base::Random random(1);
    const auto first = parse_buy(buy("2"), random);
    const auto second = parse_buy(buy("2"), random);
    CHECK(shop::is_idempotency_key(std::get<Purchase>(first).key));
    CHECK(std::get<Purchase>(first).key != std::get<Purchase>(second).key);
}

TEST_CASE("a key that cannot be one is refused", "[roles][purchase_http]") {
    base::Random random(1);
    for (const std::string& key :
         {std::string(), std::string("two words"), std::string("\xc3\xa9"), std::string(256, 'k')}) {
        CHECK(status_of(parse_buy(buy("2", {{"Idempotency-Key", key}}), random)) == 400);
        CHECK(status_of(parse_order(order(R"({"lines":[{"item":1}]})", {{"Idempotency-Key", key}}),
                                    random)) == 400);
    }
    CHECK(status_of(parse_buy(buy("2", {{"Idempotency-Key", std::string(255, 'k')}}), random)) == 0);
}

TEST_CASE("what is no purchase is refused before anything is sold", "[roles][purchase_http]") {
    base::Random random(1);
    for (const char* item : {"", "0", "-1", "x", "1.5"})
        CHECK(status_of(parse_buy(buy(item), random)) == 400);
    net::Request nothing;
    nothing.path = "/buy";
    CHECK(status_of(parse_buy(nothing, random)) == 400);
    CHECK(status_of(parse_order(order("{}"), random)) == 400);
    CHECK(status_of(parse_order(order(R"({"lines":[{"item":1},{"item":2,"quantity":3}]})"), random)) == 0);
}

TEST_CASE("a purchase is answered on both surfaces", "[roles][purchase_http]") {
    const auto original = buy_response(bought());
    CHECK(original.status == 200);
    CHECK(original.body == "Bought RPCs for Dummies");
    CHECK_THAT(original.content_type, Catch::StartsWith("text/plain"));
    CHECK(header_of(original, "Bookstore-Order") == "17");

    const auto v1 = order_response(bought());
    CHECK(v1.status == 201);
    CHECK(v1.body == json::order(bought().order));
    CHECK(header_of(v1, "Location") == "/v1/orders/17");
}

TEST_CASE("out of stock is an answer on the one surface and a conflict on the other",
          "[roles][purchase_http]") {
    PurchaseAnswer answer;
    answer.result = PurchaseAnswer::Result::out_of_stock;
    answer.shortages = {{shop::ItemId{1}, 0}};
    CHECK(buy_response(answer).status == 200);
    CHECK(buy_response(answer).body == "Out of Stock");
    const auto v1 = order_response(answer);
    CHECK(v1.status == 409);
    CHECK(v1.content_type == "application/problem+json");
    CHECK_THAT(v1.body, Catch::Contains(R"("short":[{"item":1,"stock":0}])"));
}

TEST_CASE("refusals have the same status on both surfaces", "[roles][purchase_http]") {
    PurchaseAnswer unknown;
    unknown.result = PurchaseAnswer::Result::unknown_item;
    unknown.item = 99;
    PurchaseAnswer reused;
    reused.result = PurchaseAnswer::Result::key_reused;
    for (const auto respond : {&buy_response, &order_response}) {
        CHECK(respond(unknown).status == 404);
        CHECK_THAT(respond(unknown).body, Catch::Contains("99"));
        CHECK(respond(reused).status == 422);
        const auto late = respond(base::Errc::timed_out);
        CHECK(late.status == 503);
        CHECK(header_of(late, "Retry-After") != "(none)");
        CHECK_THAT(late.body, Catch::Contains("same Idempotency-Key"));
        CHECK(respond(base::Errc::not_ready).status == 503);
    }
}

TEST_CASE("an order is found by its number", "[roles][purchase_http]") {
    net::Request request;
    request.captures = {"17"};
    CHECK(std::get<FindOrderRequest>(parse_find_order(request)).number == 17);
    request.captures = {"seventeen"};
    CHECK(std::get<net::Response>(parse_find_order(request)).status == 400);

    CHECK(find_order_response(FindOrderAnswer{bought().order}).body == json::order(bought().order));
    CHECK(find_order_response(FindOrderAnswer{}).status == 404);
    CHECK(find_order_response(base::Errc::timed_out).status == 503);
}
