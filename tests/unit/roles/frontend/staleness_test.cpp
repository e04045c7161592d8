// What a reader may see when this frontend is paused, cut off or overtaken: promises 4 and 7.
#include <catch2/catch.hpp>

#include <boost/json/parse.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

namespace {

/// Writes went on without this frontend, whose lease had run out.
void go_on_without(Shop& shop, std::uint64_t version) {
    shop.version = version;
    shop.grant.fence = version;
    shop.body = "new";
}

} // namespace

TEST_CASE("a frontend that is stopped in the middle of a miss keeps nothing of its answer",
          "[frontend][stale]") {
    const auto shop = Shop::open();
    shop->hold_queries();
    const auto before = shop->begin(Verb::get, "/lookup?item=3");
    const auto query = shop->transport.made(method::query).front();
    shop->scheduler.stop_for(seconds(2)); // longer than the lease; the replica has answered meanwhile
    go_on_without(*shop, 30);
    shop->answer(*query, 7, "old");

    // Who asked before the writes may see what was before them. Nobody later.
    REQUIRE(before->has_value());
    CHECK((*before)->body == "old");
    const auto later = shop->begin(Verb::get, "/lookup?item=3");
    CHECK_FALSE(later->has_value());
    REQUIRE(shop->scheduler.until([&] { return shop->queries() == 2; }, milliseconds(300)));
    const auto again = shop->transport.made(method::query);
    CHECK(again[1]->as<Query>().minimum_version == 30);
    shop->answer(*again[1], 30, "new");
    CHECK(shop->finish(later).body == "new");
}

TEST_CASE("a read after the pause does not wait for a query from before it", "[frontend][stale]") {
    const auto shop = Shop::open();
    shop->hold_queries();
    const auto before = shop->begin(Verb::get, "/lookup?item=3");
    shop->scheduler.stop_for(seconds(2));
    go_on_without(*shop, 30);
    const auto later = shop->begin(Verb::get, "/lookup?item=3");
    REQUIRE(shop->scheduler.until([&] { return shop->queries() > 1; }, milliseconds(300)));
    const auto queries = shop->transport.made(method::query);
    CHECK(queries.back()->as<Query>().minimum_version == 30);
    shop->answer(*queries.front(), 7, "old");
    CHECK_FALSE(later->has_value());
    shop->answer(*queries.back(), 30, "new");
    CHECK(shop->finish(later).body == "new");
    CHECK(shop->finish(before).status == 200);
}

TEST_CASE("a frontend that reaches every replica but the leader says 503 and does not ask them",
          "[frontend][stale]") {
    const auto shop = Shop::open();
    REQUIRE(shop->get("/lookup?item=3").status == 200);
    shop->transport.answerers[method::lease] = [&](const Call& call) {
        const bool leader = call.to == shop->at(Role::catalog, 0);
        return std::optional<base::result<std::string>>(leader ? Errc::unreachable : Errc::not_leader);
    };
    shop->scheduler.advance(milliseconds(1'500));
    const auto asked = shop->queries();
    CHECK(shop->get("/lookup?item=3").status == 503);
    CHECK(shop->get("/lookup?item=4").status == 503);
    CHECK(shop->get("/v1/books?q=art").status == 503);
    CHECK(shop->queries() == asked);
}

TEST_CASE("a search is cached, and dropped when a book that it shows changes or one is added",
          "[frontend][stale]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::query] = [&](const Call& call) {
        auto tags = call.as<Query>().tags();
        tags.push_back("item/4");
        return std::optional<base::result<std::string>>(
            encode(QueryAnswer{200, shop->body, shop->version, std::move(tags)}));
    };
    const auto source = [&] { return header_of(shop->get("/v1/books?q=art"), "Bookstore-Source"); };
    REQUIRE(source() != "cache");
    CHECK(source() == "cache");
    REQUIRE(shop->announce(8, {"item/5", "topic/gs"}).has_value()); // shown by none of its pages
    CHECK(source() == "cache");

    const std::vector<shop::Tag> touched =
        GENERATE(std::vector<shop::Tag>{"item/4", "topic/gs"}, std::vector<shop::Tag>{"new", "topic/ds"});
    REQUIRE(shop->announce(9, touched).has_value());
    shop->version = 9;
    CHECK(source() != "cache");
    CHECK(shop->transport.made(method::query).back()->as<Query>().minimum_version == 9);
}

TEST_CASE("that a book is unknown is forgotten when any book is added", "[frontend][stale]") {
    const auto shop = Shop::open();
    shop->status = 404;
    REQUIRE(shop->get("/v1/books/8").status == 404);
    REQUIRE(header_of(shop->get("/v1/books/8"), "Bookstore-Source") == "cache");
    REQUIRE(shop->announce(8, {"new", "topic/ds"}).has_value()); // its id is given when it is applied
    shop->status = 200;
    shop->version = 8;
    CHECK(shop->get("/v1/books/8").status == 200);
    CHECK(shop->transport.made(method::query).back()->as<Query>().minimum_version == 8);
}

TEST_CASE("the status page and the metrics count what the cache does", "[frontend][stale]") {
    auto config = shop_config();
    config.cache_entries_max = 1;
    Shop shop(config);
    shop.node->start();
    shop.scheduler.settle();
    shop.get("/lookup?item=1");
    shop.get("/lookup?item=1"); // a hit
    shop.get("/lookup?item=2"); // evicts 1
    shop.announce(8, {"item/2", "topic/ds"}).value();
    shop.hold_queries();
    const auto overtaken = shop.begin(Verb::get, "/lookup?item=3");
    const auto sharing = shop.begin(Verb::get, "/lookup?item=3");
    shop.announce(9, {"item/3", "topic/ds"}).value();
    shop.answer(*shop.transport.made(method::query).back(), 8, "old");
    REQUIRE(overtaken->has_value());
    REQUIRE(sharing->has_value());
    shop.leader.reset();
    shop.scheduler.advance(milliseconds(1'500));

    const auto cache = boost::json::parse(shop.get("/v1/status").body).at("cache");
    const auto shown = [&](const char* figure, const std::string& metric, std::int64_t count) {
        INFO(figure);
        CHECK(cache.at(figure).to_number<std::int64_t>() == count);
        CHECK(shop.metric("bookstored_" + metric + "_total") == static_cast<double>(count));
    };
    shown("hits", "cache_hits", 1);
    shown("misses", "cache_misses", 4);
    shown("shared_misses", "cache_shared_misses", 1);
    shown("fills_rejected", "cache_fills_rejected", 1);
    shown("invalidations", "cache_invalidations", 1);
    shown("evictions", "cache_evictions", 1);
    shown("lease_losses", "lease_losses", 1);
}
