#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;

TEST_CASE("draining closes idle connections and lets requests end", "[net][http][drain]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto idle = shop.connect();
        const auto greeted = co_await idle.ask(get_hello);
        CHECK(greeted.status == 200);
        auto busy = shop.connect();
        co_await busy.send(post_wait);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.waiting == 1; }));

        shop.server.drain();
        CHECK_AWAITED(co_await idle.closed());
        shop.release.open();
        const auto last = co_await busy.answer();
        CHECK(last.body == "waited");
        CHECK(last.header("Connection") == "close");
        CHECK_AWAITED(co_await busy.closed());
        busy.socket().close();
        co_await shop.server.drained(shop.in(base::seconds(15)));
        CHECK(shop.server.connections() == 0);
    };
    shop.run(scenario);
}

TEST_CASE("a draining server takes no connection", "[net][http][drain]") {
    ServerFixture shop;
    shop.server.drain();
    CHECK_THROWS_AS(shop.connect(), boost::system::system_error);
}

TEST_CASE("a request that was sent before its client could know of the end is answered",
          "[net][http][drain]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto first = co_await client.ask(get_hello);
        CHECK(first.status == 200);
        // Written and drained in one turn of the loop: the server has not seen the bytes when it begins to
        // drain.
        boost::asio::write(client.socket(), boost::asio::buffer(get_hello));
        shop.server.drain();
        const auto last = co_await client.answer();
        CHECK(last.body == "hello");
        CHECK(last.header("Connection") == "close");
    };
    shop.run(scenario);
}

TEST_CASE("draining ends at its deadline, whatever is still running", "[net][http][drain]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto busy = shop.connect();
        co_await busy.send(post_wait);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.waiting == 1; }));
        shop.server.drain();
        const auto deadline = shop.in(base::milliseconds(30));
        co_await shop.server.drained(deadline);
        CHECK(shop.scheduler->now() >= deadline);
        const auto cut = co_await busy.answer();
        CHECK(cut.status == 0);
        shop.release.open();
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
    };
    shop.run(scenario);
}

TEST_CASE("a server without connections has drained at once", "[net][http][drain]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        shop.server.drain();
        co_await shop.server.drained(shop.in(base::seconds(3'600)));
    };
    shop.run(scenario);
}

TEST_CASE("a server may go while its sessions are in the middle of everything", "[net][http][drain]") {
    LoopFixture world;
    const net::HttpHandler hello = [](net::Request) -> awaitable<net::Response> {
        co_return net::text_response("hello");
    };
    const net::Router router({{net::Verb::get, "/hello", hello}}, {});
    auto server = std::make_unique<net::HttpServer>(world.loop, *world.scheduler, router, net::HttpLimits{},
                                                    world.metrics);
    const auto where = server->listen({"127.0.0.1", 0});
    const auto scenario = [&]() -> awaitable<void> {
        RawClient idle(world.loop, where);
        const auto greeted = co_await idle.ask(get_hello);
        CHECK(greeted.status == 200);
        RawClient half(world.loop, where);
        co_await half.send(get_hello.substr(0, 10));
        CHECK_AWAITED(co_await world.eventually([&] { return server->connections() == 2; }));
        server.reset();
        const auto cut = co_await half.answer();
        CHECK(cut.status == 0);
    };
    world.run(scenario);
}
