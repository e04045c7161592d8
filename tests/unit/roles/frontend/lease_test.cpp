#include <catch2/catch.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

TEST_CASE("a frontend registers at once when it starts", "[frontend][lease]") {
    const auto shop = Shop::open();
    const auto asks = shop->transport.made(method::lease);
    REQUIRE(asks.size() == 1);
    CHECK(asks[0]->as<LeaseRequest>().known_term == 0);
    CHECK(shop->node->readiness().ready);
    CHECK(shop->metric("bookstored_lease_registrations_total") == 1);
}

TEST_CASE("two lives of a frontend are two sessions", "[frontend][lease]") {
    Shop first(shop_config(), 42), second(shop_config(), 43);
    first.node->start();
    second.node->start();
    first.scheduler.settle();
    second.scheduler.settle();
    CHECK(first.session() != second.session());
}

TEST_CASE("the lease is renewed in time, for the term it is held in", "[frontend][lease]") {
    const auto shop = Shop::open();
    shop->scheduler.advance(seconds(10));
    const auto asks = shop->transport.made(method::lease);
    CHECK(asks.size() == 41); // every 250 ms
    CHECK(asks.back()->as<LeaseRequest>().known_term == 5);
    CHECK(shop->node->readiness().ready);
    CHECK(shop->metric("bookstored_lease_registrations_total") == 1);
    CHECK(shop->metric("bookstored_lease_losses_total") == 0);
}

TEST_CASE("without a leader the lease runs out, and comes back with one", "[frontend][lease]") {
    const auto shop = Shop::open();
    shop->leader.reset();
    shop->scheduler.advance(milliseconds(900));
    CHECK(shop->node->readiness().ready);
    shop->scheduler.advance(milliseconds(700));
    CHECK_FALSE(shop->node->readiness().ready);
    CHECK(shop->node->readiness().reason == "no lease from the catalog's leader");
    CHECK(shop->metric("bookstored_lease_losses_total") == 1);

    shop->leader = 1;
    shop->grant.term = 6;
    CHECK(shop->scheduler.until([&] { return shop->node->readiness().ready; }, milliseconds(700)));
    CHECK(shop->metric("bookstored_lease_registrations_total") == 2);
}

TEST_CASE("a new leader's word is followed at once, even while the old one keeps us waiting",
          "[frontend][lease]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::lease] =
        [&](const Call& call) -> std::optional<base::result<std::string>> {
        if (call.to == shop->at(Role::catalog, 2)) return encode(LeaseAnswer{6, 9, 1'000'000});
        return std::nullopt; // stopped
    };
    shop->scheduler.advance(milliseconds(260)); // the renewal is on its way to the old leader
    shop->transport.notice_handlers.at(method::new_leader)(encode(NewLeader{6, 2}));
    shop->scheduler.settle();
    CHECK(shop->transport.made(method::lease).back()->to == shop->at(Role::catalog, 2));
    CHECK(shop->metric("bookstored_lease_registrations_total") == 2);
}

TEST_CASE("notices that make no sense are let pass", "[frontend][lease]") {
    const auto shop = Shop::open();
    const auto before = shop->transport.made(method::lease).size();
    shop->transport.notice_handlers.at(method::new_leader)(encode(NewLeader{6, 77}));
    shop->transport.notice_handlers.at(method::new_leader)("?");
    shop->transport.notice_handlers.at(method::new_leader)(encode(NewLeader{5, 0})); // no news
    shop->scheduler.settle();
    CHECK(shop->transport.made(method::lease).size() == before);
}

TEST_CASE("a heartbeat that says it leads is believed", "[frontend][lease]") {
    const auto shop = Shop::open();
    shop->leader = 2;
    shop->grant.term = 6;
    const auto& endpoint = shop->at(Role::catalog, 2);
    shop->reports.at(endpoint)->leader = true;
    shop->transport.answerers[method::lease] =
        [&](const Call& call) -> std::optional<base::result<std::string>> {
        if (call.to == endpoint) return encode(shop->grant);
        return std::nullopt;
    };
    CHECK(shop->scheduler.until([&] { return shop->metric("bookstored_lease_registrations_total") == 2; },
                                milliseconds(1'001)));
}

TEST_CASE("a leader that does not know us takes the lease with it", "[frontend][lease]") {
    const auto shop = Shop::open();
    shop->transport.answerers[method::lease] = [](const Call&) {
        return std::optional<base::result<std::string>>(Errc::not_found);
    };
    shop->scheduler.advance(milliseconds(260));
    CHECK_FALSE(shop->node->readiness().ready);
    CHECK(shop->metric("bookstored_lease_losses_total") == 1);
}

TEST_CASE("stopping lets the lease run out, and serves until then", "[frontend][lease]") {
    const auto shop = Shop::open();
    REQUIRE(shop->get("/lookup?item=1").status == 200);
    bool stopped = false;
    net::spawn(shop->loop.get_executor(), "stop", [&]() -> boost::asio::awaitable<void> {
        co_await shop->node->stop(shop->scheduler.now() + seconds(8));
        stopped = true;
    });
    shop->scheduler.advance(milliseconds(900));
    CHECK_FALSE(stopped);
    CHECK(shop->get("/lookup?item=1").status == 200);
    CHECK(shop->announce(8, {"item/1"}).has_value());
    shop->scheduler.advance(milliseconds(200));
    CHECK(stopped);
    CHECK(shop->transport.made(method::lease).size() == 1);
    CHECK(shop->get("/lookup?item=1").status == 503);
}
