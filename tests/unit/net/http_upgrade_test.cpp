#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;
using boost::asio::ip::tcp;

namespace {

std::string upgrade(const std::string& credential, const std::string& protocol = "talk/1") {
    return "GET /anything HTTP/1.1\r\nHost: shop\r\nConnection: keep-alive, Upgrade\r\nUpgrade: " + protocol +
           "\r\n" + (credential.empty() ? "" : "Authorization: Bearer " + credential + "\r\n") + "\r\n";
}

class UpgradeFixture : public ServerFixture {
public:
    explicit UpgradeFixture(bookstore::net::HttpLimits limits = {}) : ServerFixture(limits) {
        server.on_upgrade("talk/1", "secret", [this](tcp::socket socket, std::string bytes) {
            taken.emplace(std::move(socket));
            read_ahead = std::move(bytes);
        });
    }

    std::optional<tcp::socket> taken;
    std::string read_ahead;
};

} // namespace

TEST_CASE("a connection is handed over with what came behind the request", "[net][http][upgrade]") {
    UpgradeFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto answer = co_await client.ask(upgrade("secret") + "first words");
        CHECK(answer.status == 101);
        CHECK(answer.header("Upgrade") == "talk/1");
        CHECK(answer.header("Connection") == "Upgrade");
        REQUIRE(shop.taken);
        CHECK(shop.read_ahead == "first words");
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.server.connections() == 0; }));
        shop.server.drain(); // is none of its business any more
        const std::string greeting = "HTTP/1.1 200 as it were\r\n\r\n";
        co_await boost::asio::async_write(*shop.taken, boost::asio::buffer(greeting),
                                          boost::asio::use_awaitable);
        const auto greeted = co_await client.answer();
        CHECK(greeted.status == 200);
    };
    shop.run(scenario);
}

TEST_CASE("an upgrade needs the credential", "[net][http][upgrade]") {
    UpgradeFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto missing = co_await client.ask(upgrade(""));
        CHECK(missing.status == 401);
        const auto wrong = co_await client.ask(upgrade("guess"));
        CHECK(wrong.status == 403);
        CHECK_FALSE(shop.taken);
    };
    shop.run(scenario);
}

TEST_CASE("an upgrade that nobody serves, or that is not one, is a request like any other",
          "[net][http][upgrade]") {
    UpgradeFixture shop;
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const auto unknown = co_await client.ask(upgrade("secret", "websocket"));
        CHECK(unknown.status == 404);
        const auto unconnected =
            co_await client.ask("GET /hello HTTP/1.1\r\nHost: shop\r\nUpgrade: talk/1\r\n\r\n");
        CHECK(unconnected.status == 200);
        const auto posted = co_await client.ask("POST /hello HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n"
                                                "Connection: Upgrade\r\nUpgrade: talk/1\r\n\r\n");
        CHECK(posted.status == 405);
        CHECK_FALSE(shop.taken);
    };
    shop.run(scenario);
}

TEST_CASE("a full server still takes its peers' streams", "[net][http][upgrade]") {
    net::HttpLimits limits;
    limits.connections_max = 1;
    UpgradeFixture shop(limits);
    const auto scenario = [&]() -> awaitable<void> {
        auto buyer = shop.connect();
        CHECK_AWAITED((co_await buyer.ask("GET /hello HTTP/1.1\r\nHost: shop\r\n\r\n")).status == 200);
        auto stranger = shop.connect();
        CHECK_AWAITED((co_await stranger.ask(upgrade("guess"))).status == 403);
        CHECK_AWAITED(co_await stranger.closed());
        auto peer = shop.connect();
        CHECK_AWAITED((co_await peer.ask(upgrade("secret"))).status == 101);
        CHECK(shop.taken);
    };
    shop.run(scenario);
}
