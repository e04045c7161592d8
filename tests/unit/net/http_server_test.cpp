#include "server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;

namespace {

const std::string get_hello = "GET /hello HTTP/1.1\r\nHost: shop\r\n\r\n";

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
