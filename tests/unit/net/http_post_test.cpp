// POSTs that are taken on without the router: the same answers, in order, and nothing left behind.
#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;

TEST_CASE("a POST that is taken on is answered as by the router, byte for byte", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        auto taken = co_await client.bytes_for(post_echo);
        CHECK(shop.taken == 1);
        std::string unusual = post_echo;
        auto routed = co_await client.bytes_for(unusual.insert(unusual.find("Host"), "X-Unusual: yes\r\n"));
        CHECK(shop.taken == 1);
        CHECK(without_date(taken) == without_date(routed));
        CHECK_AWAITED(
            (co_await client.ask("POST /hello HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n")).status ==
            405); // nobody took it on
        CHECK_AWAITED((co_await client.ask(post_echo)).body == "body");
        CHECK(shop.taken == 2);
    };
    shop.run(scenario);
}

TEST_CASE("what is behind a POST waits for its answer", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        auto other = shop.connect();
        co_await client.send(get_hello + post_wait + get_hello + post_wait);
        CHECK_AWAITED((co_await client.answer()).body == "hello");
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.waiting == 1; }));
        co_await client.send(post_echo);
        CHECK_AWAITED((co_await other.ask(get_hello)).body == "hello");
        CHECK(shop.at_once == 2);
        shop.release.open();
        for (const char* expected : {"waited", "hello", "waited", "body"})
            CHECK_AWAITED((co_await client.answer()).body == expected);
    };
    shop.run(scenario);
}

TEST_CASE("a client that ends its side still gets the answer to what it has sent", "[net][plain]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        co_await client.send(post_wait);
        client.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.waiting == 1; }));
        shop.release.open();
        CHECK_AWAITED((co_await client.answer()).body == "waited");
        CHECK_AWAITED(co_await client.closed());
    };
    shop.run(scenario);
}

TEST_CASE("who drops a reply ends the connection", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::routed);
    std::optional<net::Reply> kept;
    shop.server.take_posts([&](const net::PlainPost&, net::Reply& reply) {
        kept.emplace(std::move(reply));
        return true;
    });
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        co_await client.send(post_echo);
        CHECK_AWAITED(co_await shop.eventually([&] { return kept.has_value(); }));
        kept.reset();
        CHECK_AWAITED(co_await client.closed());
        CHECK(shop.server.connections() == 0);
    };
    shop.run(scenario);
}

TEST_CASE("a server may go while the answer to a POST is still owed", "[net][plain]") {
    std::optional<net::Reply> owed;
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::routed);
    auto server = std::make_unique<net::HttpServer>(shop.loop, *shop.scheduler, shop.router,
                                                    net::HttpLimits{}, shop.metrics);
    server->take_posts([&](const net::PlainPost&, net::Reply& reply) {
        owed.emplace(std::move(reply));
        return true;
    });
    const auto where = server->listen({"127.0.0.1", 0});
    const bool answered = GENERATE(true, false);
    const auto scenario = [&]() -> awaitable<void> {
        RawClient client(shop.loop, where);
        co_await client.send(post_echo);
        CHECK_AWAITED(co_await shop.eventually([&] { return owed.has_value(); }));
        server.reset();
        if (answered) std::move(*owed).give(net::text_response("too late"));
        owed.reset();
        CHECK_AWAITED((co_await client.answer()).status == 0);
    };
    shop.run(scenario);
}
