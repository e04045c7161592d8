#include <catch2/catch.hpp>

#include "unit/roles/frontend/order_replicas.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

TEST_CASE("a purchase is passed to an order replica and answered in the original's words",
          "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {bought()});
    for (const auto verb : {Verb::get, Verb::post}) {
        const auto response = shop->send(verb, "/buy?item=2");
        CHECK(response.status == 200);
        CHECK(response.body == "Bought RPCs for Dummies");
        CHECK(response.content_type.starts_with("text/plain"));
        CHECK(header_of(response, "Bookstore-Order") == "17");
    }
    const auto calls = shop->transport.made(method::purchase);
    REQUIRE(calls.size() == 2);
    CHECK(calls[0]->as<Purchases>().purchases.at(0).lines == std::vector<shop::Line>{{shop::ItemId{2}, 1}});
    CHECK(calls[0]->to != calls[1]->to); // round-robin
    CHECK(keys_sent(*shop)[0] != keys_sent(*shop)[1]);
    CHECK(shop->metric("bookstored_purchases_total{outcome=\"bought\"}") == 2);
}

TEST_CASE("a purchase does not need the cache's lease", "[frontend][order]") {
    const auto shop = Shop::open();
    shop->leader.reset();
    shop->scheduler.advance(seconds(3));
    orders_say(*shop, {bought()});
    CHECK(shop->get("/buy?item=2").status == 200);
}

TEST_CASE("an order over /v1 is created, with all its lines", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {bought("mine")});
    const auto response =
        shop->send(Verb::post, "/v1/orders", R"({"lines":[{"item":2,"quantity":1},{"item":3}]})",
                   {{"Idempotency-Key", "mine"}, {"Content-Type", "application/json; charset=utf-8"}});
    CHECK(response.status == 201);
    CHECK(header_of(response, "Location") == "/v1/orders/17");
    CHECK(response.body.find("\"order\":17") != std::string::npos);
    const auto sent = purchases_sent(*shop).at(0);
    CHECK(sent.key == "mine");
    CHECK(sent.lines == std::vector<shop::Line>{{shop::ItemId{2}, 1}, {shop::ItemId{3}, 1}});
}

TEST_CASE("a purchase that fails at one replica goes to another with the same key", "[frontend][order]") {
    const auto shop = Shop::open();
    const auto failure = GENERATE(Errc::unreachable, Errc::connection_lost, Errc::not_ready,
                                  Errc::outcome_unknown, Errc::timed_out, Errc::overloaded, Errc::stopping);
    orders_say(*shop, {failure, bought()});
    CHECK(shop->get("/buy?item=2").status == 200);
    const auto keys = keys_sent(*shop);
    REQUIRE(keys.size() == 2);
    CHECK(keys[0] == keys[1]);
    const auto calls = shop->transport.made(method::purchase);
    CHECK(calls[0]->to != calls[1]->to);
    CHECK(shop->metric("bookstored_purchase_retries_total") == 1);
}

TEST_CASE("a stuck order replica does not use up the purchase's time", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {std::nullopt, bought()});
    const auto started = shop->scheduler.now();
    CHECK(shop->get("/buy?item=2").status == 200);
    CHECK(shop->scheduler.now() - started <= seconds(1));
    const auto calls = shop->transport.made(method::purchase);
    CHECK(calls[1]->deadline <= started + seconds(3));
}

TEST_CASE("what cannot be settled in time is 503 and names the key to repeat it with", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {std::nullopt});
    const auto started = shop->scheduler.now();
    const auto response = shop->get("/buy?item=2");
    CHECK(response.status == 503);
    CHECK(response.content_type == "application/problem+json");
    CHECK(header_of(response, "Retry-After") == "1");
    CHECK(header_of(response, "Idempotency-Key") == keys_sent(*shop).at(0));
    CHECK(shop->scheduler.now() - started <= seconds(3));
    CHECK(shop->metric("bookstored_purchases_total{outcome=\"failed\"}") == 1);
}

TEST_CASE("an unknown outcome is not hidden by a later refusal", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {Errc::connection_lost, Errc::not_ready});
    const auto response = shop->get("/buy?item=2");
    CHECK(response.status == 503);
    CHECK(response.body.find("could not be established") != std::string::npos);
}

TEST_CASE("when no order replica is up the answer is 503 at once", "[frontend][order]") {
    const auto shop = Shop::open();
    for (unsigned id = 0; id < 2; ++id)
        shop->reports.at(shop->at(Role::order, id)) = Errc::unreachable;
    shop->scheduler.advance(milliseconds(1'100));
    const auto started = shop->scheduler.now();
    CHECK(shop->get("/buy?item=2").status == 503);
    CHECK(shop->get("/v1/orders/1").status == 503);
    CHECK(shop->scheduler.now() == started);
}

TEST_CASE("replicas that are alive but not ready are waited for, for a moment", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {bought()});
    for (unsigned id = 0; id < 2; ++id)
        shop->reports.at(shop->at(Role::order, id))->ready = false;
    shop->scheduler.advance(milliseconds(1'500));
    SECTION("one becomes ready") {
        shop->reports.at(shop->at(Role::order, 1))->ready = true;
        CHECK(shop->get("/buy?item=2").status == 200);
    }
    SECTION("none does") {
        const auto started = shop->scheduler.now();
        CHECK(shop->get("/buy?item=2").status == 503);
        CHECK(shop->scheduler.now() - started <= milliseconds(1'100));
    }
}

TEST_CASE("where all are overloaded a purchase is refused at once", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {Errc::overloaded});
    const auto started = shop->scheduler.now();
    const auto response = shop->get("/buy?item=2");
    CHECK(response.status == 503);
    CHECK(header_of(response, "Retry-After") == "1");
    CHECK(shop->scheduler.now() - started <= milliseconds(10));
    CHECK(shop->transport.made(method::purchase).size() == 2); // each was asked once
}

TEST_CASE("in an outage retries dry up", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {Errc::outcome_unknown});
    for (int i = 0; i < 400; ++i)
        CHECK(shop->get("/buy?item=2").status == 503);
    CHECK(shop->metric("bookstored_purchase_retries_total") <= 1'024);
}

TEST_CASE("refusals of the shop are told apart", "[frontend][order]") {
    const auto shop = Shop::open();
    PurchaseAnswer answer;
    const std::string lines = R"({"lines":[{"item":2,"quantity":9}]})";
    SECTION("out of stock") {
        answer.result = PurchaseAnswer::Result::out_of_stock;
        answer.shortages = {{shop::ItemId{2}, 1}};
        orders_say(*shop, {answer});
        const auto response = shop->send(Verb::post, "/v1/orders", lines);
        CHECK(response.status == 409);
        CHECK(response.body.find(R"("short":[{"item":2,"stock":1}])") != std::string::npos);
        const auto buy = shop->get("/buy?item=2");
        CHECK(buy.status == 200);
        CHECK(buy.body == "Out of Stock");
    }
    SECTION("unknown item") {
        answer.result = PurchaseAnswer::Result::unknown_item;
        answer.item = 2;
        orders_say(*shop, {answer});
        CHECK(shop->send(Verb::post, "/v1/orders", lines).status == 404);
        CHECK(shop->get("/buy?item=2").status == 404);
    }
    SECTION("key reused") {
        answer.result = PurchaseAnswer::Result::key_reused;
        orders_say(*shop, {answer});
        CHECK(shop->send(Verb::post, "/v1/orders", lines).status == 422);
        CHECK(shop->get("/buy?item=2").status == 422);
    }
}

TEST_CASE("purchases that make no sense reach nobody", "[frontend][order]") {
    const auto shop = Shop::open();
    for (const std::string target : {"/buy", "/buy?item=", "/buy?item=0", "/buy?item=x"}) {
        INFO(target);
        CHECK(shop->get(target).status == 400);
    }
    for (const std::string body :
         {"", "{", "[]", "{}", R"({"lines":[]})", R"({"lines":[{"item":0}]})",
          R"({"lines":[{"item":1,"quantity":0}]})", R"({"lines":[{"item":1},{"item":1}]})"}) {
        INFO(body);
        CHECK(shop->send(Verb::post, "/v1/orders", body).status == 400);
    }
    CHECK(shop->send(Verb::get, "/buy?item=2", {}, {{"Idempotency-Key", "two words"}}).status == 400);
    CHECK(shop->send(Verb::post, "/v1/orders", "lines=1",
                     {{"Content-Type", "application/x-www-form-urlencoded"}})
              .status == 415);
    const auto head = shop->send(Verb::head, "/buy?item=2");
    CHECK(head.status == 405);
    CHECK(header_of(head, "Allow") == "GET, POST");
    CHECK(shop->transport.made(method::purchase).empty());
}

TEST_CASE("an order is looked up at an order replica", "[frontend][order]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::find_order] = [](const Call& call) -> Answer {
        FindOrderAnswer found;
        if (call.as<FindOrderRequest>().number == 17)
            found.order = shop::Order{
                shop::OrderNumber{17}, "k", base::WallTime{0}, {{shop::ItemId{2}, "T", 1, 200}}, 200};
        return encode(found);
    };
    CHECK(shop->get("/v1/orders/17").status == 200);
    CHECK(shop->get("/v1/orders/17").body.find("\"total\":200") != std::string::npos);
    CHECK(shop->get("/v1/orders/18").status == 404);
    CHECK(shop->get("/v1/orders/0").status == 400);
    CHECK(shop->get("/v1/orders/x").status == 400);
}

TEST_CASE("an order is looked up at another replica when one fails", "[frontend][order]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::find_order] = [first = true](const Call&) mutable -> Answer {
        if (std::exchange(first, false)) return Errc::timed_out;
        return encode(FindOrderAnswer{});
    };
    CHECK(shop->get("/v1/orders/17").status == 404);
    const auto calls = shop->transport.made(method::find_order);
    REQUIRE(calls.size() == 2);
    CHECK(calls[0]->to != calls[1]->to);
}

TEST_CASE("as many purchases as a frontend takes are under way, and one more is refused at once",
          "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {std::nullopt}); // nobody answers
    std::vector<Pending> under_way;
    for (int i = 0; i < 1'024; ++i)
        under_way.push_back(shop->begin(i % 2 == 0 ? Verb::get : Verb::post, "/buy?item=2"));
    CHECK(std::none_of(under_way.begin(), under_way.end(), [](const Pending& p) { return p->has_value(); }));
    CHECK(shop->posts_taken == 512);
    const auto one_more = shop->begin(GENERATE(Verb::get, Verb::post), "/buy?item=2");
    REQUIRE(one_more->has_value());
    CHECK((*one_more)->status == 503);
    CHECK(header_of(**one_more, "Retry-After") == "1");
    for (const auto& purchase : under_way)
        CHECK(shop->finish(purchase).status == 503);
    orders_say(*shop, {bought()});
    CHECK(shop->get("/buy?item=2").status == 200);
}

TEST_CASE("writes that are refused for want of room name the disk that is full", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {base::Errc::overloaded});
    CHECK_THAT(shop->send(Verb::post, "/buy?item=2").body, Catch::Contains("overloaded"));
    shop->reports.at(shop->at(Role::order, 1))->condition.shortage = "12 MiB are left";
    shop->scheduler.advance(milliseconds(1'100));
    const auto response = shop->send(Verb::post, "/buy?item=2");
    CHECK(response.status == 503);
    CHECK_THAT(response.body, Catch::Contains("urn:bookstored:disk-full"));
    CHECK_THAT(response.body, Catch::Contains("order 1: 12 MiB are left"));
    CHECK_FALSE(header_of(response, "Retry-After").empty());
    CHECK_FALSE(header_of(response, "Idempotency-Key").empty()); // to repeat it with
}
