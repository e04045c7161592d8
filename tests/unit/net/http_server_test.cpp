#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;

namespace {

std::string post(const std::string& body) {
    return "POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

} // namespace

TEST_CASE("a request is answered with what HTTP asks for, and no more", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer = co_await client.ask(get_hello);
        CHECK(answer.status == 200);
        CHECK(answer.body == "hello");
        CHECK(answer.header("Content-Type") == "text/plain; charset=utf-8");
        CHECK(answer.header("Content-Length") == "5");
        CHECK(answer.header("X-Shop") == "open");
        CHECK(answer.header("Date").ends_with(" GMT"));
        CHECK(answer.headers.count("Server") == 0);
        CHECK(answer.headers.count("Connection") == 0);
    };
    shop.run(scenario);
}

TEST_CASE("a connection is kept for the next request", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        for (int round = 0; round < 100; ++round) {
            const auto body = std::string(static_cast<std::size_t>(round) * 97, 'b');
            const auto answer = co_await client.ask(post(body));
            REQUIRE(answer.status == 200);
            REQUIRE(answer.body == body);
        }
        CHECK(shop.server.connections() == 1);
        CHECK(shop.metric("bookstored_http_connections") == 1);
        CHECK(shop.metric("bookstored_http_requests_total{code=\"2xx\"}") == 100);
        CHECK(shop.metric("bookstored_http_request_seconds_count") == 100);
    };
    shop.run(scenario);
}

TEST_CASE("a client that asks for the connection's end gets it", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer =
            co_await client.ask("GET /hello HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
        CHECK(answer.status == 200);
        CHECK(answer.header("Connection") == "close");
        CHECK_AWAITED(co_await client.closed());
        client.socket().close();
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
        CHECK(shop.metric("bookstored_http_connections") == 0);
    };
    shop.run(scenario);
}

TEST_CASE("HTTP/1.0 closes after the answer unless it was asked not to", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto kept = shop.connect();
        for (int round = 0; round < 2; ++round) {
            const auto answer = co_await kept.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            CHECK(answer.body == "hello");
            CHECK(answer.header("Connection") == "keep-alive");
        }
        auto closed = shop.connect();
        const auto answer = co_await closed.ask("GET /hello HTTP/1.0\r\n\r\n");
        CHECK(answer.body == "hello");
        CHECK(answer.header("Connection") == "close");
        CHECK_AWAITED(co_await closed.closed());
    };
    shop.run(scenario);
}

TEST_CASE("pipelined requests are answered in their order", "[net][http]") {
    net::HttpLimits limits;
    limits.pipelined_max = 8; // several turns of the loop for what follows
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        std::string all;
        for (int n = 0; n < 500; ++n)
            all += post("request " + std::to_string(n));
        co_await client.send(all);
        for (int n = 0; n < 500; ++n) {
            const auto answer = co_await client.answer();
            REQUIRE(answer.body == "request " + std::to_string(n));
        }
    };
    shop.run(scenario);
}

TEST_CASE("a pipelining client does not keep others waiting", "[net][http]") {
    net::HttpLimits limits;
    limits.pipelined_max = 1;
    limits.header_bytes_max = 65'536; // all that follows is read at once
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto greedy = shop.connect();
        auto modest = shop.connect();
        std::string all;
        for (int n = 0; n < 80; ++n)
            all += get_hello;
        co_await greedy.send(all);
        CHECK_AWAITED((co_await modest.ask(get_hello)).body == "hello");
        CHECK(shop.metric("bookstored_http_requests_total{code=\"2xx\"}") < 81);
    };
    shop.run(scenario);
}

TEST_CASE("the answer to HEAD is GET's without the body", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        auto whole = co_await client.ask(get_hello);
        co_await client.send("HEAD /hello HTTP/1.1\r\nHost: shop\r\n\r\n");
        auto head = co_await client.answer(true);
        whole.headers.erase("Date");
        head.headers.erase("Date");
        CHECK(head.status == 200);
        CHECK(head.headers == whole.headers);
        CHECK_AWAITED((co_await client.ask(get_hello)).body == "hello"); // nothing was left over
    };
    shop.run(scenario);
}

TEST_CASE("a client that waits to be asked for its body is asked", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto go_on = co_await client.ask("POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n"
                                               "Expect: 100-continue\r\n\r\n");
        CHECK(go_on.status == 100);
        const auto answer = co_await client.ask("body");
        CHECK(answer.status == 200);
        CHECK(answer.body == "body");
    };
    shop.run(scenario);
}

TEST_CASE("a client is not asked for a body that is too long, or there already", "[net][http]") {
    net::HttpLimits limits;
    limits.body_bytes_max = 10;
    ServerFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto sent = shop.connect();
        const auto answer = co_await sent.ask("POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n"
                                              "Expect: 100-continue\r\n\r\nbody");
        CHECK(answer.status == 200);
        auto refused = shop.connect();
        const auto refusal =
            co_await refused.ask("POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 11\r\n"
                                 "Expect: 100-continue\r\n\r\n");
        CHECK(refusal.status == 413);
    };
    shop.run(scenario);
}

TEST_CASE("a chunked body is put together", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer =
            co_await client.ask("POST /echo HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: dropped\r\n\r\n");
        CHECK(answer.status == 200);
        CHECK(answer.body == "hello world");
        CHECK_AWAITED((co_await client.ask(get_hello)).body == "hello");
    };
    shop.run(scenario);
}

TEST_CASE("a request is understood however it is cut into pieces", "[net][http]") {
    ServerFixture shop;
    const std::string request = "POST /echo HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5\r\nhello\r\n0\r\n\r\n";
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        for (std::size_t cut = 1; cut < request.size(); ++cut) {
            co_await client.send(request.substr(0, cut));
            co_await net::sleep_until(*shop.scheduler, shop.scheduler->now()); // lets the server look at it
            const auto answer = co_await client.ask(request.substr(cut));
            REQUIRE(answer.body == "hello");
        }
        const std::string empty =
            "POST /echo HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r";
        for (const char byte : empty) {
            const std::string piece(1, byte);
            co_await client.send(piece);
            co_await net::sleep_until(*shop.scheduler, shop.scheduler->now());
        }
        CHECK_AWAITED((co_await client.ask("\n")).status == 200);
    };
    shop.run(scenario);
}

TEST_CASE("targets come in absolute form and as an asterisk too", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto proxied = co_await client.ask("GET http://shop:80/hello HTTP/1.1\r\nHost: shop\r\n\r\n");
        CHECK(proxied.body == "hello");
        const auto options = co_await client.ask("OPTIONS * HTTP/1.1\r\nHost: shop\r\n\r\n");
        CHECK(options.status == 204);
        CHECK(options.header("Allow") == "GET, HEAD, POST");
        CHECK(options.headers.count("Content-Length") == 0);
    };
    shop.run(scenario);
}

TEST_CASE("a fault in a handler is the server's, and ends only its request", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer = co_await client.ask("GET /throw HTTP/1.1\r\nHost: shop\r\n\r\n");
        CHECK(answer.status == 500);
        CHECK(answer.header("Content-Type") == "application/problem+json");
        CHECK(answer.body.find("a fault in a handler") == std::string::npos);
        CHECK_AWAITED((co_await client.ask(get_hello)).body == "hello");
    };
    shop.run(scenario);
}

TEST_CASE("a large answer arrives whole at a client that reads slowly", "[net][http]") {
    ServerFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer = co_await client.ask("GET /large HTTP/1.1\r\nHost: shop\r\n\r\n");
        CHECK(answer.body == std::string(shop.large_bytes, 'x'));
        CHECK_AWAITED((co_await client.ask(get_hello)).body == "hello");
    };
    shop.run(scenario);
}
