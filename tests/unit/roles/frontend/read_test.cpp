#include <catch2/catch.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

TEST_CASE("the first read asks a replica, the next is a hit", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->body = "book three";
    const auto miss = shop->get("/lookup?item=3");
    CHECK(miss.status == 200);
    CHECK(miss.body == "book three");
    CHECK(miss.content_type == "application/json");
    CHECK(header_of(miss, "Bookstore-Source").starts_with("replica "));
    CHECK(header_of(miss, "Bookstore-Version") == "7");

    const auto hit = shop->get("/lookup?item=3");
    CHECK(hit.body == "book three");
    CHECK(header_of(hit, "Bookstore-Source") == "cache");
    CHECK(header_of(hit, "Bookstore-Version") == "7");
    CHECK(shop->queries() == 1);
}

TEST_CASE("that there is no such item is cached too", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->status = 404;
    shop->body = "{\"status\":404}";
    for (const std::string source : {"replica 0", "cache"}) {
        const auto response = shop->get("/lookup?item=3");
        CHECK(response.status == 404);
        CHECK(response.content_type == "application/problem+json");
        CHECK(header_of(response, "Bookstore-Source") == source);
    }
}

TEST_CASE("misses go round the replicas that are up", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->reports.at(shop->at(Role::catalog, 1)) = Errc::unreachable;
    shop->scheduler.advance(milliseconds(1'100));
    std::vector<std::string> sources;
    for (unsigned item = 1; item <= 4; ++item)
        sources.push_back(header_of(shop->get("/lookup?item=" + std::to_string(item)), "Bookstore-Source"));
    std::sort(sources.begin(), sources.end());
    CHECK(sources == std::vector<std::string>{"replica 0", "replica 0", "replica 2", "replica 2"});
}

TEST_CASE("misses for one key share one query", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->hold_queries();
    const auto first = shop->begin(Verb::get, "/lookup?item=3");
    const auto second = shop->begin(Verb::get, "/lookup?item=3");
    const auto other = shop->begin(Verb::get, "/lookup?item=4");
    REQUIRE(shop->queries() == 2);
    shop->answer(*shop->transport.made(method::query)[0], 7, "three");
    REQUIRE(first->has_value());
    REQUIRE(second->has_value());
    CHECK((*first)->body == "three");
    CHECK((*second)->body == "three");
    CHECK_FALSE(other->has_value());
    CHECK(shop->metric("bookstored_cache_shared_misses_total") == 1);
}

TEST_CASE("a read after an announcement does not share a query from before it", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->hold_queries();
    const auto before = shop->begin(Verb::get, "/lookup?item=3");
    REQUIRE(shop->announce(8, {"item/3"}).has_value());
    const auto after = shop->begin(Verb::get, "/lookup?item=3");
    const auto queries = shop->transport.made(method::query);
    REQUIRE(queries.size() == 2);
    CHECK(queries[0]->as<Query>().minimum_version == 7);
    CHECK(queries[1]->as<Query>().minimum_version == 8);

    // Who read before the write may see what was before it; nobody later, and nothing of it is kept.
    shop->answer(*queries[0], 7, "old");
    REQUIRE(before->has_value());
    CHECK((*before)->body == "old");
    CHECK_FALSE(after->has_value());
    shop->answer(*queries[1], 8, "new");
    REQUIRE(after->has_value());
    CHECK((*after)->body == "new");
    CHECK(header_of(shop->get("/lookup?item=3"), "Bookstore-Version") == "8");
    CHECK(shop->metric("bookstored_cache_fills_rejected_total") == 1);
}

TEST_CASE("an announcement drops what it touches and nothing else", "[frontend][read]") {
    const auto shop = Shop::open();
    REQUIRE(shop->get("/lookup?item=3").status == 200);
    REQUIRE(shop->get("/search?topic=ds").status == 200);
    REQUIRE(shop->get("/lookup?item=4").status == 200);
    REQUIRE(shop->announce(8, {"item/3", "topic/ds"}).has_value());
    shop->version = 8;
    CHECK(header_of(shop->get("/lookup?item=3"), "Bookstore-Version") == "8");
    CHECK(header_of(shop->get("/search?topic=ds"), "Bookstore-Version") == "8");
    CHECK(header_of(shop->get("/lookup?item=4"), "Bookstore-Source") == "cache");
    CHECK(shop->metric("bookstored_cache_invalidations_total") == 2);
}

TEST_CASE("a replica that has not applied the fence is passed over", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::query] =
        [&](const Call& call) -> std::optional<base::result<std::string>> {
        if (call.to == shop->at(Role::catalog, 0)) return Errc::not_ready;
        return encode(QueryAnswer{200, "x", 7, {}});
    };
    for (unsigned item = 1; item <= 3; ++item) {
        const auto response = shop->get("/lookup?item=" + std::to_string(item));
        CHECK(response.status == 200);
        CHECK(header_of(response, "Bookstore-Source") != "replica 0");
    }
    CHECK(shop->metric("bookstored_read_retries_total") >= 1);
}

TEST_CASE("an answer below the fence is not shown", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::query] =
        [&](const Call& call) -> std::optional<base::result<std::string>> {
        return encode(QueryAnswer{200, "x", call.to == shop->at(Role::catalog, 1) ? 7u : 6u, {}});
    };
    CHECK(header_of(shop->get("/lookup?item=3"), "Bookstore-Source") == "replica 1");
}

TEST_CASE("a stuck replica costs the first read a moment and later ones nothing", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::query] =
        [&](const Call& call) -> std::optional<base::result<std::string>> {
        if (call.to == shop->at(Role::catalog, 0)) return std::nullopt;
        return encode(QueryAnswer{200, "x", 7, {}});
    };
    const auto started = shop->scheduler.now();
    CHECK(shop->get("/lookup?item=1").status == 200);
    CHECK(shop->scheduler.now() - started == milliseconds(200));
    for (unsigned item = 2; item <= 9; ++item)
        CHECK(shop->get("/lookup?item=" + std::to_string(item)).status == 200);
    CHECK(shop->scheduler.now() - started == milliseconds(200));

    SECTION("it is tried again after a while") {
        shop->scheduler.advance(milliseconds(1'000));
        for (unsigned item = 11; item <= 13; ++item)
            CHECK(shop->get("/lookup?item=" + std::to_string(item)).status == 200);
        CHECK(shop->scheduler.now() - started == milliseconds(1'400));
    }
    SECTION("it is better than nobody") {
        for (unsigned id = 1; id < 3; ++id)
            shop->reports.at(shop->at(Role::catalog, id)) = Errc::unreachable;
        shop->scheduler.advance(milliseconds(800));
        shop->transport.answerers.erase(method::query);
        const auto asked = shop->queries();
        CHECK(shop->get("/lookup?item=21").status == 503);
        CHECK(shop->queries() > asked);
    }
}

TEST_CASE("a refused connection is news to the judge of who is alive", "[frontend][read]") {
    const auto shop = Shop::open();
    const auto& dead = shop->at(Role::catalog, 0);
    shop->reports.at(dead) = Errc::unreachable;
    shop->transport.answerers[method::query] =
        [&](const Call& call) -> std::optional<base::result<std::string>> {
        if (call.to == dead) return Errc::unreachable;
        return encode(QueryAnswer{200, "x", 7, {}});
    };
    CHECK(shop->get("/lookup?item=3").status == 200);
    CHECK(shop->get("/crashed?id=0").body == "True");
    CHECK(shop->get("/crashed?id=1").body == "False");
}

TEST_CASE("when no catalog is up the answer is 503 at once", "[frontend][read]") {
    const auto shop = Shop::open();
    for (unsigned id = 0; id < 3; ++id)
        shop->reports.at(shop->at(Role::catalog, id)) = Errc::unreachable;
    shop->scheduler.advance(milliseconds(1'100));
    const auto started = shop->scheduler.now();
    const auto response = shop->get("/lookup?item=3");
    CHECK(response.status == 503);
    CHECK(response.content_type == "application/problem+json");
    CHECK(header_of(response, "Retry-After") == "1");
    CHECK(shop->scheduler.now() == started);
}

TEST_CASE("when no replica answers in time the answer is 503 by the deadline", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->hold_queries();
    const auto started = shop->scheduler.now();
    CHECK(shop->get("/lookup?item=3").status == 503);
    CHECK(shop->scheduler.now() - started <= seconds(3));
    CHECK(shop->queries() > 3);
}

TEST_CASE("a frontend without a lease serves nothing, not even what it has", "[frontend][read]") {
    const auto shop = Shop::open();
    REQUIRE(shop->get("/lookup?item=3").status == 200);
    shop->leader.reset();
    shop->scheduler.advance(milliseconds(1'500));
    const auto started = shop->scheduler.now();
    const auto response = shop->get("/lookup?item=3");
    CHECK(response.status == 503);
    CHECK(header_of(response, "Retry-After") == "1");
    CHECK(shop->scheduler.now() - started <= shop->config.timings.lease);
}

TEST_CASE("a read that finds no lease waits for one, and all share the question", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::lease] = [](const Call&) {
        return std::optional<base::result<std::string>>();
    };
    shop->scheduler.advance(milliseconds(1'200));
    const auto first = shop->begin(Verb::get, "/lookup?item=3");
    const auto second = shop->begin(Verb::get, "/lookup?item=4");
    CHECK_FALSE(first->has_value());
    shop->transport.answerers[method::lease] = [&](const Call&) {
        return std::optional<base::result<std::string>>(encode(shop->grant));
    };
    CHECK(shop->finish(first).status == 200);
    CHECK(second->has_value());
}

TEST_CASE("a process that was stopped for longer than its lease shows nothing it had", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->body = "old";
    REQUIRE(shop->get("/lookup?item=3").body == "old");
    shop->scheduler.stop_for(seconds(5));
    shop->body = "new";
    shop->version = 30;
    shop->grant.fence = 30;
    const auto response = shop->get("/lookup?item=3");
    CHECK(response.body == "new");
    CHECK(header_of(response, "Bookstore-Source") != "cache");
}

TEST_CASE("a fence that a lost leader announced in vain does not outlive the next registration",
          "[frontend][read]") {
    const auto shop = Shop::open();
    REQUIRE(shop->announce(1'000, {"item/3"}).has_value());
    const auto pending = shop->begin(Verb::get, "/lookup?item=3");
    CHECK_FALSE(pending->has_value());
    shop->leader = 1;
    shop->grant = {6, 7, 1'000'000};
    CHECK(shop->finish(pending).status == 200);
}

TEST_CASE("each shape of a query is asked as it is", "[frontend][read]") {
    const auto shop = Shop::open();
    const auto asked = [&](const std::string& target) {
        CHECK(shop->get(target).status == 200);
        return shop->transport.made(method::query).back()->as<Query>();
    };
    CHECK(asked("/lookup?item=3").shape == Query::Shape::lookup);
    CHECK(asked("/search?topic=ds").topic == "ds");
    CHECK(asked("/v1/books/4").item == 4);
    const auto page = asked("/v1/books?topic=gs&q=art&limit=5&after=2");
    CHECK(page.shape == Query::Shape::page);
    CHECK(page.topic == "gs");
    CHECK(page.words == "art");
    CHECK(page.limit == 5);
    CHECK(page.after == 2);
    const auto whole = asked("/v1/books");
    CHECK(whole.limit == 100);
    CHECK(whole.after == 0);
    CHECK_FALSE(whole.topic);
}

TEST_CASE("reads that make no sense are told what would", "[frontend][read]") {
    const auto shop = Shop::open();
    for (const std::string target :
         {"/lookup", "/lookup?item=", "/lookup?item=0", "/lookup?item=-1", "/lookup?item=3x",
          "/lookup?item=1.5", "/lookup?item=99999999999999999999", "/search", "/search?topic=", "/v1/books/0",
          "/v1/books/x", "/v1/books?limit=0", "/v1/books?limit=1001", "/v1/books?limit=x",
          "/v1/books?after=-1", "/v1/books?topic=", "/v1/books?q="}) {
        INFO(target);
        const auto response = shop->get(target);
        CHECK(response.status == 400);
        CHECK(response.content_type == "application/problem+json");
        CHECK(response.body.find("\"detail\"") != std::string::npos);
    }
    CHECK(shop->get("/search?topic=" + std::string(101, 't')).status == 400);
    CHECK(shop->get("/v1/books?q=" + std::string(201, 'q')).status == 400);
    CHECK(shop->queries() == 0);
}

TEST_CASE("what another replica would refuse too is refused at once", "[frontend][read]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::query] = [](const Call&) {
        return std::optional<base::result<std::string>>(Errc::too_large);
    };
    CHECK(shop->get("/search?topic=ds").status == 413);
    CHECK(shop->queries() == 1);
}
