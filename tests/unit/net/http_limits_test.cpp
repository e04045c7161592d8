#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using base::milliseconds;
using boost::asio::awaitable;

namespace {

/// Short times, so that what is cut off is cut off soon.
net::HttpLimits short_limits() {
    net::HttpLimits limits;
    limits.header_bytes_max = 1'024;
    limits.body_bytes_max = 2'048;
    return limits;
}

/// The one problem that `request` meets, after which the server ends the connection.
awaitable<void> meets(ServerFixture& shop, std::string request, int status) {
    auto client = shop.connect();
    const auto answer = co_await client.ask(std::move(request));
    CHECK(answer.status == status);
    CHECK(answer.header("Content-Type") == "application/problem+json");
    CHECK(answer.header("Connection") == "close");
    CHECK(answer.body.find("\"status\": " + std::to_string(status)) != std::string::npos);
    CHECK_AWAITED(co_await client.closed());
}

} // namespace

TEST_CASE("a header over the limit is refused", "[net][http][limits]") {
    ServerFixture shop(short_limits());
    const auto scenario = [&]() -> awaitable<void> {
        const std::string filler(1'000, 'f');
        co_await meets(shop, "GET /hello HTTP/1.1\r\nHost: shop\r\nX: " + filler + "\r\n\r\n", 431);
        co_await meets(
            shop, "GET /" + filler + " HTTP/1.1\r\nHost: shop\r\nX: " + filler.substr(500) + "\r\n\r\n", 431);
        co_await meets(shop, "GET /" + filler + filler, 431);
        CHECK(shop.rejected("header_bytes") == 3);
        auto client = shop.connect();
        CHECK_AWAITED((co_await client.ask("GET /hello HTTP/1.1\r\nHost: shop\r\nX: " + filler.substr(100) +
                                           "\r\n\r\n"))
                          .status == 200);
    };
    shop.run(scenario);
}

TEST_CASE("a header over the limit is refused when it comes in small pieces", "[net][http][limits]") {
    ServerFixture shop(short_limits());
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        co_await client.send("GET /hello HTTP/1.1\r\nHost: shop\r\n");
        for (int field = 0; field < 40; ++field) {
            co_await client.send("Field-" + std::to_string(field) + ": 0123456789012345678901234567890\r\n");
            co_await net::sleep_until(*shop.scheduler, shop.scheduler->now()); // lets the server look at it
        }
        CHECK_AWAITED((co_await client.answer()).status == 431);
    };
    shop.run(scenario);
}

TEST_CASE("a body over the limit is refused, announced or not", "[net][http][limits]") {
    ServerFixture shop(short_limits());
    const auto scenario = [&]() -> awaitable<void> {
        const std::string body(2'049, 'b');
        co_await meets(shop, post_head + "Content-Length: 2049\r\n\r\n", 413);
        co_await meets(shop, post_head + "Content-Length: 2049\r\n\r\n" + body, 413);
        co_await meets(shop, post_head + "Content-Length: 18446744073709551615\r\n\r\n", 413);
        co_await meets(shop, post_head + "Transfer-Encoding: chunked\r\n\r\n801\r\n" + body + "\r\n0\r\n\r\n",
                       413);
        co_await meets(shop,
                       post_head + "Transfer-Encoding: chunked\r\n\r\n400\r\n" + body.substr(0, 1'024) +
                           "\r\n401\r\n",
                       413);
        CHECK(shop.rejected("body_bytes") == 5);
        auto client = shop.connect();
        const auto largest = body.substr(1);
        const auto answer = co_await client.ask(post_head + "Content-Length: 2048\r\n\r\n" + largest);
        CHECK(answer.body == largest);
    };
    shop.run(scenario);
}

TEST_CASE("a client that has sent much more than is read still gets its refusal", "[net][http][limits]") {
    ServerFixture shop(short_limits());
    const auto scenario = [&]() -> awaitable<void> {
        co_await meets(shop, post_head + "Content-Length: 500000\r\n\r\n" + std::string(500'000, 'b'), 413);
    };
    shop.run(scenario);
}

TEST_CASE("a header that does not end in time is refused", "[net][http][limits]") {
    auto limits = short_limits();
    limits.header_time = milliseconds(500); // far longer than a whole request takes
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        co_await meets(shop, "GET /hello HTTP/1.1\r\nHost: sh", 408);
        auto second = shop.connect(); // the time counts anew for each request, and from its first byte
        CHECK_AWAITED((co_await second.ask(get_hello)).status == 200);
        CHECK_AWAITED((co_await second.ask("GET")).status == 408);
        CHECK(shop.rejected("header_time") == 2);
    };
    shop.run(scenario);
}

TEST_CASE("a body that does not end in time is refused", "[net][http][limits]") {
    auto limits = short_limits();
    limits.body_time = milliseconds(40);
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        co_await meets(shop, post_head + "Content-Length: 10\r\n\r\nhalf", 408);
        CHECK(shop.rejected("body_time") == 1);
    };
    shop.run(scenario);
}

TEST_CASE("an idle connection is closed without a word", "[net][http][limits]") {
    auto limits = short_limits();
    limits.idle_time = milliseconds(500); // far longer than a request takes to come
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto fresh = shop.connect();
        CHECK_AWAITED(co_await fresh.closed());
        auto used = shop.connect();
        CHECK_AWAITED((co_await used.ask(get_hello)).status == 200);
        CHECK_AWAITED(co_await used.closed());
    };
    shop.run(scenario);
}

TEST_CASE("a handler that takes too long is not waited for", "[net][http][limits]") {
    auto limits = short_limits();
    limits.request_time = milliseconds(40);
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto began = shop.scheduler->now();
        const auto answer = co_await client.ask(post_wait + get_hello);
        CHECK(shop.scheduler->now() - began >= milliseconds(40));
        CHECK(answer.status == 503);
        CHECK(answer.header("Retry-After") == "1");
        CHECK(answer.header("Connection") == "close");
        CHECK(shop.server.connections() == 1); // it counts for as long as its handler runs
        shop.release.open();
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
        CHECK(shop.rejected("request_time") == 1);
    };
    shop.run(scenario);
}

TEST_CASE("a client that does not read its answer is cut off", "[net][http][limits]") {
    auto limits = short_limits();
    limits.write_time = milliseconds(40);
    limits.write_rate_min = 1u << 30;
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        co_await client.send("GET /large HTTP/1.1\r\nHost: shop\r\n\r\n");
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.rejected("write_time") == 1; }));
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
    };
    shop.run(scenario);
}

TEST_CASE("a connection over the limit is told to come back", "[net][http][limits]") {
    auto limits = short_limits();
    limits.connections_max = 2;
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto first = shop.connect();
        auto second = shop.connect();
        CHECK_AWAITED((co_await first.ask(get_hello)).status == 200);
        CHECK_AWAITED((co_await second.ask(get_hello)).status == 200);
        auto third = shop.connect();
        const auto refusal = co_await third.ask(get_hello);
        CHECK(refusal.status == 503);
        CHECK(refusal.header("Retry-After") == "1");
        CHECK(refusal.header("Connection") == "close");
        CHECK_AWAITED(co_await third.closed());
        CHECK(shop.rejected("connections") == 1);
        CHECK_AWAITED((co_await first.ask(get_hello)).status == 200);

        second.socket().close();
        third.socket().close();
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 1; }));
        auto fourth = shop.connect();
        CHECK_AWAITED((co_await fourth.ask(get_hello)).status == 200);
    };
    shop.run(scenario);
}

TEST_CASE("a server that is full still answers health checks, one for a connection", "[net][http][limits]") {
    auto limits = short_limits();
    limits.connections_max = 1;
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto first = shop.connect();
        CHECK_AWAITED((co_await first.ask(get_hello)).status == 200);
        auto check = shop.connect();
        const auto healthy = co_await check.ask("GET /health HTTP/1.1\r\nHost: shop\r\n\r\n");
        CHECK(healthy.status == 200);
        CHECK(healthy.header("Connection") == "close");
        CHECK_AWAITED(co_await check.closed());
        CHECK(shop.rejected("connections") == 0);
    };
    shop.run(scenario);
}

TEST_CASE("the reserve is bounded, and nobody holds it for long", "[net][http][limits]") {
    auto limits = short_limits();
    limits.connections_max = 1;
    limits.reserve_max = 8;
    limits.reserve_time = milliseconds(40);
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        std::vector<RawClient> clients;
        for (int n = 0; n < 100; ++n)
            clients.push_back(shop.connect());
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.rejected("connections") >= 91; }));
        CHECK(shop.server.connections() <= 9);
        // Those in the reserve that ask for nothing are told 503 when their time is over.
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.rejected("connections") == 99; }));
    };
    shop.run(scenario);
}

TEST_CASE("who keeps a full server waiting for longest gives way", "[net][http][limits]") {
    auto limits = short_limits();
    limits.connections_max = 3;
    limits.patience = base::seconds(1); // far longer than what follows takes
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto slow = shop.connect();
        co_await slow.send("GET /hello HTTP/1.1\r\nHo"); // and no more
        auto idle = shop.connect();
        CHECK_AWAITED((co_await idle.ask(get_hello)).status == 200);
        auto busy = shop.connect();
        co_await busy.send(post_wait);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.waiting == 1; }));
        co_await net::sleep_until(*shop.scheduler, shop.in(limits.patience));

        auto first = shop.connect();
        CHECK_AWAITED((co_await first.ask(get_hello)).status == 200);
        CHECK_AWAITED(co_await slow.closed());
        auto second = shop.connect();
        CHECK_AWAITED((co_await second.ask(get_hello)).status == 200);
        CHECK_AWAITED(co_await idle.closed());
        CHECK(shop.rejected("gave_way") == 2);

        // One is being served and two have not kept anybody waiting for long.
        auto third = shop.connect();
        CHECK_AWAITED((co_await third.ask(get_hello)).status == 503);
        CHECK_AWAITED((co_await first.ask(get_hello)).status == 200);
        shop.release.open();
        CHECK_AWAITED((co_await busy.answer()).status == 200);
    };
    shop.run(scenario);
}

TEST_CASE("who is turned away is told so unasked", "[net][http][limits]") {
    auto limits = short_limits();
    limits.connections_max = 1;
    limits.reserve_max = 0;
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto first = shop.connect();
        CHECK_AWAITED((co_await first.ask(get_hello)).status == 200);
        auto second = shop.connect();
        const auto refusal = co_await second.answer();
        CHECK(refusal.status == 503);
        CHECK(refusal.header("Retry-After") == "1");
        CHECK_AWAITED(co_await second.closed());
    };
    shop.run(scenario);
}

TEST_CASE("a large answer has to be taken at a pace, not only now and then", "[net][http][limits]") {
    auto limits = short_limits();
    limits.write_time = milliseconds(40);
    limits.write_rate_min = 1u << 30;
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        co_await client.send("GET /large HTTP/1.1\r\nHost: shop\r\n\r\n");
        std::string little(16'384, '\0');
        while (shop.rejected("write_time") == 0) { // and reads on: all of it would take some seconds
            const auto bytes = co_await client.socket().async_read_some(boost::asio::buffer(little),
                                                                        boost::asio::use_awaitable);
            REQUIRE(bytes > 0);
            co_await net::sleep_until(*shop.scheduler, shop.in(milliseconds(5)));
        }
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
    };
    shop.run(scenario);
}
