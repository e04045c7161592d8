// Requests that are answered at once, without the router: the same answers, the same limits.
#include <cstdlib>
#include <new>

#include <boost/asio/write.hpp>

#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;

namespace {

bool counting = false;
std::size_t allocations = 0; ///< by operator new while `counting`

} // namespace

// ThreadSanitizer has an operator new of its own, and then nothing is counted.
#if !defined(__has_feature)
#define __has_feature(feature) 0
#endif
#if !__has_feature(thread_sanitizer)
void* operator new(std::size_t bytes) {
    allocations += counting ? 1 : 0;
    if (void* memory = std::malloc(bytes)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    allocations += counting ? 1 : 0;
    return std::malloc(bytes);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
#endif

namespace {

const std::string unusual_hello = "GET /hello HTTP/1.1\r\nHost: shop\r\nX-Unusual: yes\r\n\r\n";

std::string times(int count, const std::string& text) {
    std::string all;
    for (int n = 0; n < count; ++n)
        all += text;
    return all;
}

std::vector<RawClient> connected(ServerFixture& shop, int count) {
    std::vector<RawClient> clients;
    for (int n = 0; n < count; ++n)
        clients.push_back(shop.connect());
    return clients;
}

} // namespace

TEST_CASE("what is answered at once is what the router answers, byte for byte", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        auto at_once = co_await client.bytes_for(get_hello);
        CHECK(shop.at_once == 1);
        auto routed = co_await client.bytes_for(unusual_hello);
        CHECK(shop.at_once == 1);
        CHECK(at_once.find("Date: ") != std::string::npos);
        CHECK(without_date(at_once) == without_date(routed));
    };
    shop.run(scenario);
}

TEST_CASE("pipelined requests are answered in order, whoever answers them", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        const std::string item = "GET /items/7?q=x HTTP/1.1\r\nHost: shop\r\n\r\n";
        co_await client.send(times(20, get_hello + item + get_hello + get_hello + post_echo));
        for (int round = 0; round < 20; ++round)
            for (const char* expected : {"hello", "7|x", "hello", "hello", "body"})
                CHECK_AWAITED((co_await client.answer()).body == expected);
        CHECK(shop.at_once == 60);
        CHECK(shop.taken > 10); // not one that came in two pieces
        co_await client.ask(unusual_hello);
        CHECK(shop.metric("bookstored_http_requests_total{code=\"2xx\"}") >= 100);
    };
    shop.run(scenario);
}

TEST_CASE("a plain request may come in any pieces", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        auto other = shop.connect();
        for (std::size_t at = 0; at <= get_hello.size(); ++at) {
            co_await client.send(get_hello.substr(0, at));
            CHECK_AWAITED((co_await other.ask(get_hello)).body ==
                          "hello"); // so the server has seen the piece
            CHECK_AWAITED((co_await client.ask(get_hello.substr(at) + get_hello)).body == "hello");
            CHECK_AWAITED((co_await client.answer()).body == "hello");
        }
    };
    shop.run(scenario);
}

TEST_CASE("answers that a client does not take wait for it", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::at_once);
    shop.greeting = std::string(256u << 10, 'x');
    const auto scenario = [&]() -> awaitable<void> {
        auto patient = shop.connect();
        co_await patient.send(times(64, get_hello));
        for (int n = 0; n < 64; ++n)
            CHECK_AWAITED((co_await patient.answer()).body.size() == shop.greeting.size());
    };
    shop.run(scenario);
}

TEST_CASE("answers that a client never takes wait for no longer than any others", "[net][plain]") {
    net::HttpLimits limits;
    limits.write_time = base::milliseconds(200);
    limits.write_rate_min = 64u << 20;
    ServerFixture shop(limits, ServerFixture::Plain::at_once);
    shop.greeting = std::string(256u << 10, 'x');
    const auto scenario = [&]() -> awaitable<void> {
        auto silent = shop.connect();
        co_await silent.send(times(64, get_hello));
        CHECK_AWAITED(co_await shop.eventually([&] { return shop.rejected("write_time") == 1; }));
    };
    shop.run(scenario);
}

TEST_CASE("answers at once are counted by the time anybody can ask", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto client = shop.connect();
        co_await client.send(times(10, get_hello));
        for (int n = 0; n < 10; ++n)
            co_await client.answer();
        co_await client.ask(post_echo);
        co_await client.ask("GET /health HTTP/1.1\r\nHost: shop\r\nX-Unusual: yes\r\n\r\n");
        CHECK(shop.at_once == 10);
        CHECK(shop.taken == 1);
        CHECK(shop.metric("bookstored_http_requests_total{code=\"2xx\"}") >= 11);
        CHECK(shop.metric("bookstored_http_request_seconds_count") >= 11);
    };
    shop.run(scenario);
}

TEST_CASE("plain requests queue like any others, and are still answered at once", "[net][plain][turns]") {
    net::HttpLimits limits;
    limits.request_time = base::seconds(60);
    ServerFixture shop(limits, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto busy = connected(shop, 8);
        auto plain = shop.connect();
        for (auto& client : busy)
            co_await client.send(times(4, "GET /work HTTP/1.1\r\nHost: shop\r\n\r\n"));
        co_await plain.send(times(200, get_hello));
        for (int n = 0; n < 200; ++n)
            CHECK_AWAITED((co_await plain.answer()).body == "hello");
        for (auto& client : busy)
            for (int n = 0; n < 4; ++n)
                CHECK_AWAITED((co_await client.answer()).body == "worked");
        CHECK(shop.at_once > 190); // not one that came in two pieces
        CHECK(shop.rejected("queue_time") == 0);
    };
    shop.run(scenario);
}

TEST_CASE("a plain request that has queued for too long is refused as any other", "[net][plain][turns]") {
    net::HttpLimits limits;
    limits.request_time = base::milliseconds(60); // a third of it is four turns of work
    ServerFixture shop(limits, ServerFixture::Plain::at_once);
    const auto scenario = [&]() -> awaitable<void> {
        auto busy = connected(shop, 12);
        auto plain = shop.connect();
        for (auto& client : busy)
            co_await client.send("GET /work HTTP/1.1\r\nHost: shop\r\n\r\n");
        co_await plain.send(get_hello);
        const auto answer = co_await plain.answer();
        CHECK((answer.status == 503) == (shop.at_once == 0));
        CHECK_AWAITED((co_await plain.ask(get_hello)).status != 0); // the connection is kept
    };
    shop.run(scenario);
}

TEST_CASE("an answer at once takes no memory", "[net][plain]") {
    ServerFixture shop(net::HttpLimits{}, ServerFixture::Plain::routed);
    const std::string head = net::prepare_head(net::text_response("hello"));
    shop.server.answer_at_once(
        [&head](std::string_view, base::TimePoint, std::string_view date, std::string& out) {
            net::append_prepared_head(out, head, date);
            out += "hello";
            return 200;
        });
    auto client = shop.connect();
    client.socket().non_blocking(true);
    std::array<char, 4'096> answer{};
    const auto ask = [&] {
        boost::system::error_code nothing_yet;
        client.socket().write_some(boost::asio::buffer(get_hello));
        const auto limit = shop.in(base::seconds(30));
        while (client.socket().read_some(boost::asio::buffer(answer), nothing_yet) == 0 &&
               shop.scheduler->now() < limit)
            shop.loop.poll();
        return !nothing_yet;
    };
    for (int warm_up = 0; warm_up < 100; ++warm_up)
        REQUIRE(ask());
    counting = true;
    bool answered = true;
    for (int n = 0; n < 1'000; ++n)
        answered = ask() && answered;
    counting = false;
    CHECK(answered);
    CHECK(allocations < 20); // what timers take meanwhile
}
