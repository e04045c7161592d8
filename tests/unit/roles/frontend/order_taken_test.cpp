#include <catch2/catch.hpp>

#include "unit/roles/frontend/order_replicas.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

TEST_CASE("a purchase that is taken on without the routes is answered as by them", "[frontend][order]") {
    const auto shop = Shop::open();
    const auto said =
        GENERATE(as<Says>(), Says(bought("mine")), Says(Errc::overloaded), Says(Errc::timed_out));
    orders_say(*shop, {said});
    const auto ask = [&](const std::string& target, const std::string& body) {
        return shop->send(Verb::post, target, body,
                          {{"Idempotency-Key", "mine"}, {"Content-Type", "application/json"}});
    };
    for (const auto& [target, body] : {std::pair<std::string, std::string>("/buy?item=2", ""),
                                       {"/v1/orders", R"({"lines":[{"item":2,"quantity":1}]})"}}) {
        shop->takes_posts = true;
        const auto taken = ask(target, body);
        shop->takes_posts = false;
        const auto routed = ask(target, body);
        CHECK(taken.status == routed.status);
        CHECK(taken.content_type == routed.content_type);
        CHECK(taken.headers == routed.headers);
        CHECK(taken.body == routed.body);
    }
    CHECK(shop->posts_taken == 2);
}

TEST_CASE("what is no purchase at first sight is left to the routes", "[frontend][order]") {
    const auto shop = Shop::open();
    orders_say(*shop, {bought()});
    const std::string lines = R"({"lines":[{"item":2,"quantity":1}]})";
    CHECK(shop->send(Verb::post, "/buy?item=2&more=1").status == 200);
    CHECK(shop->send(Verb::post, "/buy?item=x").status == 400);
    CHECK(shop->send(Verb::post, "/v1/orders?more=1", lines).status == 201);
    CHECK(shop->send(Verb::post, "/v1/orders", "{").status == 400);
    CHECK(shop->send(Verb::post, "/v1/orders", lines, {{"Content-Type", "text/plain"}}).status == 415);
    CHECK(shop->send(Verb::post, "/v1/orders", lines, {{"Idempotency-Key", "a b"}}).status == 400);
    CHECK(shop->send(Verb::post, "/elsewhere").status == 404);
    CHECK(shop->posts_taken == 0);
    CHECK(shop->send(Verb::post, "/v1/orders", lines, {{"Content-Type", "application/json"}}).status == 201);
    CHECK(shop->posts_taken == 1);
}
