#include <bookstore/base/random.hpp>

#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;

TEST_CASE("what is not a request is refused, and the connection ended", "[net][http][hostile]") {
    ServerFixture shop;
    const std::string request = GENERATE(
        as<std::string>(), "\r\n\r\n\r\n", "nonsense\r\n\r\n", "GET\r\n\r\n", "GET /hello\r\n\r\n",
        "GET /hello HTTP/2.0\r\nHost: shop\r\n\r\n", "GET /hello HTTP/1.1\nHost: shop\n\n\r\n\r\n",
        "GET  /hello HTTP/1.1\r\nHost: shop\r\n\r\n", "GET hello HTTP/1.1\r\nHost: shop\r\n\r\n",
        "GET /he%zzo HTTP/1.1\r\nHost: shop\r\n\r\n", "GET /he%00o HTTP/1.1\r\nHost: shop\r\n\r\n",
        "GET /hello?q=%f HTTP/1.1\r\nHost: shop\r\n\r\n", "GET /hello#part HTTP/1.1\r\nHost: shop\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: shop\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /hello HTTP/1.1\r\nHost : shop\r\n\r\n",
        "GET /hello HTTP/1.1\r\n: value\r\nHost: shop\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: shop\r\nX\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01\xfc\x03\x03 a TLS client hello\r\n\r\n");
    CAPTURE(request);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer = co_await client.ask(request);
        CHECK(answer.status == 400);
        CHECK(answer.header("Content-Type") == "application/problem+json");
        CHECK_AWAITED(co_await client.closed());
        CHECK(shop.rejected("malformed") == 1);
    };
    shop.run(scenario);
}

TEST_CASE("a request whose end two parsers could see in two places is refused", "[net][http][hostile]") {
    ServerFixture shop;
    const std::string framing = GENERATE(
        as<std::string>(), "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n", "Content-Length: 5, 6\r\n",
        "Content-Length: -1\r\n", "Content-Length: +5\r\n", "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n", "Content-Length: \r\n", "Content-Length: 99999999999999999999999999\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n");
    CAPTURE(framing);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer =
            co_await client.ask(post_head + framing + "\r\n0\r\n\r\nGET /items/smuggled HTTP/1.1\r\n\r\n");
        CHECK(answer.status == 400);
        CHECK_AWAITED(co_await client.closed());
    };
    shop.run(scenario);
}

TEST_CASE("HTTP/1.0 has no transfer codings", "[net][http][hostile]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer =
            co_await client.ask("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        CHECK(answer.status == 400);
    };
    shop.run(scenario);
}

TEST_CASE("damaged chunks are refused", "[net][http][hostile]") {
    ServerFixture shop;
    const std::string chunks = GENERATE(
        as<std::string>(), "x\r\nhello\r\n0\r\n\r\n", "5\r\nhelloxx0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n", "5 hello\r\n0\r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n");
    CAPTURE(chunks);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer = co_await client.ask(post_head + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
        CHECK((answer.status == 400 || answer.status == 413));
        CHECK_AWAITED(co_await client.closed());
    };
    shop.run(scenario);
}

TEST_CASE("a chunk's line without end is refused", "[net][http][hostile]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer = co_await client.ask(post_head + "Transfer-Encoding: chunked\r\n\r\n5;" +
                                                std::string(20'000, 'x'));
        CHECK(answer.status == 400);
    };
    shop.run(scenario);
}

TEST_CASE("a client that goes away in the middle takes only its own connection with it",
          "[net][http][hostile]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        const std::string request = post_head + "Content-Length: 5\r\n\r\nhello";
        for (std::size_t cut = 1; cut < request.size(); ++cut) {
            auto client = shop.connect();
            co_await client.send(request.substr(0, cut));
            if (cut % 2 == 0)
                client.socket().set_option(boost::asio::socket_base::linger(true, 0)); // a reset
            client.socket().close();
        }
        auto waiting = shop.connect();
        co_await waiting.send(post_wait);
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.waiting == 1; }));
        waiting.socket().set_option(boost::asio::socket_base::linger(true, 0));
        waiting.socket().close();
        shop.release.open();
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
        auto next = shop.connect();
        CHECK_AWAITED((co_await next.ask(get_hello)).status == 200);
    };
    shop.run(scenario);
}

TEST_CASE("a request damaged at random never harms the server", "[net][http][hostile]") {
    net::HttpLimits limits;
    limits.header_bytes_max = 512;
    limits.header_time = limits.body_time = limits.idle_time = base::milliseconds(500);
    ServerFixture shop(limits);
    const std::uint64_t seed = base::random_seed();
    CAPTURE(seed);
    base::Random dice(seed);
    const std::vector<std::string> good{
        get_hello, post_head + "Content-Length: 5\r\n\r\nhello",
        post_head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: x\r\n\r\n",
        "GET /items/7?q=a%20b HTTP/1.1\r\nHost: shop\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"};
    const auto scenario = [&]() -> awaitable<void> {
        for (int round = 0; round < 300; ++round) {
            std::string bytes = good[dice.below(good.size())] + good[dice.below(good.size())];
            for (std::uint64_t damage = dice.below(4); damage > 0; --damage) {
                const auto at = dice.below(bytes.size());
                switch (dice.below(3)) {
                case 0:
                    bytes[at] = static_cast<char>(dice.below(256));
                    break;
                case 1:
                    bytes.erase(at, 1 + dice.below(8));
                    break;
                default:
                    bytes.insert(at, bytes.substr(dice.below(bytes.size()), dice.below(16)));
                }
            }
            auto client = shop.connect();
            co_await client.send(bytes);
            client.socket().shutdown(boost::asio::socket_base::shutdown_send);
            const auto answer = co_await client.answer();
            REQUIRE(answer.status < 500);
        }
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
        auto next = shop.connect();
        CHECK_AWAITED((co_await next.ask(get_hello)).status == 200);
    };
    shop.run(scenario, base::seconds(60));
}
