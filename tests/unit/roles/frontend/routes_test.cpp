#include <catch2/catch.hpp>

#include <boost/json/parse.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

TEST_CASE("the next available replica is told in turn", "[frontend][routes]") {
    const auto shop = Shop::open();
    std::string catalogs, orders;
    for (int i = 0; i < 6; ++i) {
        const auto response = shop->get("/getcatalog");
        CHECK(response.content_type.starts_with("text/plain"));
        catalogs += response.body;
        orders += shop->get("/getorder").body;
    }
    CHECK(catalogs == "012012");
    CHECK(orders == "010101");
}

TEST_CASE("only replicas that are up are told; 503 when none is", "[frontend][routes]") {
    const auto shop = Shop::open();
    shop->reports.at(shop->at(Role::catalog, 1)) = Errc::unreachable;
    shop->reports.at(shop->at(Role::order, 0))->ready = false;
    shop->reports.at(shop->at(Role::order, 1)) = Errc::unreachable;
    shop->scheduler.advance(milliseconds(1'100));
    std::string catalogs;
    for (int i = 0; i < 4; ++i)
        catalogs += shop->get("/getcatalog").body;
    CHECK((catalogs == "0202" || catalogs == "2020"));
    const auto none = shop->get("/getorder");
    CHECK(none.status == 503);
    CHECK(header_of(none, "Retry-After") == "1");
}

TEST_CASE("a catalog that was seen down has crashed until it is back", "[frontend][routes]") {
    const auto shop = Shop::open();
    CHECK(shop->get("/crashed?id=2").body == "False");
    const auto& endpoint = shop->at(Role::catalog, 2);
    shop->reports.at(endpoint) = Errc::unreachable;
    shop->scheduler.advance(milliseconds(1'100));
    CHECK(shop->get("/crashed?id=2").body == "True");
    shop->reports.at(endpoint) = cluster::Report{false, false, 7, 0}; // resynchronising
    shop->scheduler.advance(milliseconds(1'100));
    CHECK(shop->get("/crashed?id=2").body == "True");
    shop->reports.at(endpoint)->ready = true;
    shop->scheduler.advance(milliseconds(1'100));
    CHECK(shop->get("/crashed?id=2").body == "False");

    CHECK(shop->get("/crashed").status == 400);
    CHECK(shop->get("/crashed?id=x").status == 400);
    CHECK(shop->get("/crashed?id=-1").status == 400);
    CHECK(shop->get("/crashed?id=3").status == 404);
}

TEST_CASE("the cache can be told to drop an item or a topic, from within", "[frontend][routes]") {
    const auto shop = Shop::open();
    const net::Headers within{{"Authorization", "Bearer cluster"}};
    REQUIRE(shop->get("/lookup?item=3").status == 200);
    REQUIRE(shop->get("/search?topic=ds").status == 200);

    const auto item = shop->send(Verb::get, "/invalidate?item=3", {}, within);
    CHECK(item.status == 200);
    CHECK(item.body == "Successfully invalidated item");
    CHECK(header_of(shop->get("/lookup?item=3"), "Bookstore-Source") != "cache");
    CHECK(header_of(shop->get("/search?topic=ds"), "Bookstore-Source") == "cache");

    const auto topic = shop->send(Verb::get, "/invalidate?topic=ds", {}, within);
    CHECK(topic.body == "Successfully invalidated topic");
    CHECK(header_of(shop->get("/search?topic=ds"), "Bookstore-Source") != "cache");

    CHECK(shop->send(Verb::get, "/invalidate", {}, within).status == 400);
    CHECK(shop->send(Verb::get, "/invalidate?item=0", {}, within).status == 400);
    CHECK(shop->send(Verb::get, "/invalidate?topic=", {}, within).status == 400);
    CHECK(shop->get("/invalidate?item=3").status == 401);
    CHECK(shop->send(Verb::get, "/invalidate?item=3", {}, {{"Authorization", "Bearer guess"}}).status == 403);
}

TEST_CASE("what is not served is told apart from what is not allowed", "[frontend][routes]") {
    const auto shop = Shop::open();
    CHECK(shop->get("/nothing").status == 404);
    const auto put = shop->send(Verb::put, "/v1/books/3");
    CHECK(put.status == 405);
    CHECK(header_of(put, "Allow") == "GET, HEAD, PATCH");
    CHECK(shop->send(Verb::delete_, "/v1/orders/3").status == 405);
    CHECK(shop->send(Verb::head, "/lookup?item=3").status == 200);
}

TEST_CASE("the status tells every replica as this frontend sees it", "[frontend][routes]") {
    const auto shop = Shop::open();
    shop->reports.at(shop->at(Role::catalog, 0))->leader = true;
    shop->reports.at(shop->at(Role::catalog, 0))->condition.without_voter = {2};
    shop->reports.at(shop->at(Role::catalog, 1))->condition.damage = "page 7";
    shop->reports.at(shop->at(Role::catalog, 1))->condition.log_verified = "2026-01-31T12:00:00.000Z";
    shop->reports.at(shop->at(Role::order, 1)) = Errc::unreachable;
    shop->scheduler.advance(milliseconds(1'100));
    REQUIRE(shop->get("/lookup?item=3").status == 200);
    REQUIRE(shop->get("/lookup?item=3").status == 200);

    const auto response = shop->get("/v1/status");
    REQUIRE(response.status == 200);
    const auto page = boost::json::parse(response.body).as_object();
    CHECK(page.at("frontend").at("id").to_number<int>() == 0);
    CHECK(page.at("frontend").at("address").as_string() == "127.0.0.1:21");
    CHECK(page.at("frontend").at("ready").as_bool());

    const auto& replicas = page.at("replicas").as_array();
    REQUIRE(replicas.size() == 6);
    CHECK(replicas[0].at("role").as_string() == "catalog");
    CHECK(replicas[0].at("id").to_number<int>() == 0);
    CHECK(replicas[0].at("address").as_string() == "127.0.0.1:1");
    CHECK(replicas[0].at("state").as_string() == "up");
    CHECK(replicas[0].at("leader").as_bool());
    CHECK(replicas[0].at("version").to_number<int>() == 7);
    CHECK(replicas[0].at("digest").as_string() == "0000000000000abc");
    CHECK(replicas[0].at("last_seen").is_string());
    CHECK(replicas[4].at("role").as_string() == "order");
    CHECK(replicas[4].at("state").as_string() == "down");
    CHECK(replicas[5].at("role").as_string() == "frontend");

    CHECK(replicas[1].at("damage").as_string() == "page 7");
    CHECK(replicas[1].at("verified").at("log").as_string() == "2026-01-31T12:00:00.000Z");
    CHECK(replicas[1].at("verified").at("state").is_null());

    const auto& groups = page.at("groups").as_array();
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].at("group").as_string() == "catalog");
    CHECK(groups[0].at("degraded").as_bool());
    CHECK(groups[0].at("without_voter").as_array().at(0).at("address").as_string() == "127.0.0.1:3");
    CHECK_FALSE(groups[1].at("degraded").as_bool());

    // Two orders vote with a tie-breaker; three catalogs need none.
    const auto& tie_breakers = page.at("tie_breakers").as_array();
    REQUIRE(tie_breakers.size() == 1);
    CHECK(tie_breakers[0].at("group").as_string() == "order");

    CHECK(page.at("lease").at("live").as_bool());
    CHECK(page.at("lease").at("term").to_number<int>() == 5);
    CHECK(page.at("cache").at("hits").to_number<int>() == 1);
    CHECK(page.at("cache").at("misses").to_number<int>() == 1);
    CHECK(page.at("cache").at("entries").to_number<int>() == 1);
}

TEST_CASE("a frontend is ready with a lease and a replica of each role", "[frontend][routes]") {
    const auto shop = Shop::open();
    CHECK(shop->node->readiness().ready);
    const auto stop = [&](Role role) {
        for (const auto& endpoint : shop->config.of(role))
            shop->reports.at(endpoint)->ready = false;
        shop->scheduler.advance(milliseconds(1'100));
    };
    SECTION("no order replica") {
        stop(Role::order);
        CHECK(shop->node->readiness().reason == "no order replica is up");
    }
    SECTION("no catalog replica") {
        stop(Role::catalog);
        CHECK(shop->node->readiness().reason == "no catalog replica is up");
    }
    CHECK_FALSE(shop->node->readiness().ready);
}
