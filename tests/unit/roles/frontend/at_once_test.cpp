#include <catch2/catch.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

TEST_CASE("what was a hit once is answered at once, as long as it may be", "[frontend][read]") {
    const auto shop = Shop::open();
    const auto target = GENERATE(as<std::string>(), "/lookup?item=3", "/search?topic=gs", "/v1/books/3",
                                 "/v1/books?topic=gs&limit=2", "/v1/books?q=art", "/lookup?a=b&item=3");
    shop->body = "book three";
    shop->status = GENERATE(200, 404);
    const auto miss = shop->get(target);
    const auto hit = shop->get(target);
    CHECK(shop->answers_at_once == 0);
    const auto at_once = shop->get(target);
    CHECK(shop->answers_at_once == 1);
    CHECK(at_once.status == hit.status);
    CHECK(at_once.content_type == hit.content_type);
    CHECK(at_once.headers == hit.headers);
    CHECK(at_once.body == hit.body);

    SECTION("not when a write has been announced") {
        REQUIRE(shop->announce(8, {"item/3", "topic/gs", "new"}).has_value());
        shop->version = 8;
    }
    SECTION("not when the lease ran out while the process was stopped") {
        shop->scheduler.stop_for(seconds(2));
    }
    SECTION("not after a new registration") {
        shop->grant = {6, 9, 1'000'000};
        shop->version = 9;
        shop->scheduler.advance(milliseconds(1'500));
    }
    CHECK(header_of(shop->get(target), "Bookstore-Source") != "cache");
    CHECK(shop->answers_at_once == 1);
}
