#include "net/http_turns.hpp"

#include <boost/asio/write.hpp>

#include "unit/net/server_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using boost::asio::awaitable;
using net::HttpTurns;

namespace {

const std::string get_work = "GET /work HTTP/1.1\r\nHost: shop\r\n\r\n";

void work(base::Scheduler& scheduler, base::Duration time) {
    for (const auto end = scheduler.now() + time; scheduler.now() < end;) {
    }
}

class TurnsFixture : public LoopFixture {
public:
    HttpTurns turns{loop, *scheduler};
    std::string order;

    /// Works for a whole slice when it is its turn.
    void start(char name, HttpTurns::Urgency urgency = HttpTurns::Urgency::normal) {
        const auto task = [this, name, urgency]() -> awaitable<void> {
            if (!turns.take(scheduler->now())) co_await turns.wait(urgency);
            order += name;
            work(*scheduler, HttpTurns::slice_time);
        };
        net::spawn(loop.get_executor(), "work", task);
    }
};

} // namespace

TEST_CASE("between two slices of requests everything else has its turn", "[net][turns]") {
    TurnsFixture fixture;
    const auto scenario = [&]() -> awaitable<void> {
        for (int task = 0; task < 3; ++task)
            fixture.scheduler->post([&] {
                fixture.order += '1';
                fixture.scheduler->post([&] { fixture.order += '2'; });
            });
        for (const char name : {'a', 'b', 'c', 'd'})
            fixture.start(name); // the first of them at once
        CHECK_AWAITED(co_await fixture.eventually([&] { return fixture.order.size() == 10; }));
        CHECK(fixture.order.substr(0, 4) == "a111");
        CHECK(fixture.order.substr(4, 1) == "b");
        CHECK(fixture.order.find("222") < fixture.order.find('c'));
    };
    fixture.run(scenario);
}

TEST_CASE("what takes next to no time has its slices as well", "[net][turns]") {
    TurnsFixture fixture;
    const auto scenario = [&]() -> awaitable<void> {
        constexpr auto step = std::chrono::microseconds(50);
        const auto busy_until_refused = [&] {
            base::Duration busy{};
            while (fixture.turns.take_briefly(base::TimePoint(base::seconds(1'000'000)) + busy))
                busy += step;
            return busy;
        };
        // The clock stands still for everybody else, so the end of a slice is when the loop has had its
        // round.
        CHECK(busy_until_refused() == HttpTurns::slice_time);
        co_await boost::asio::post(fixture.loop, boost::asio::use_awaitable);
        co_await boost::asio::post(fixture.loop, boost::asio::use_awaitable);
        const auto now = fixture.scheduler->now();
        CHECK(fixture.turns.take_briefly(now));
        CHECK(fixture.turns.take_briefly(now + HttpTurns::unsliced_time)); // begins a slice, which ends
        CHECK_FALSE(fixture.turns.take_briefly(now + HttpTurns::unsliced_time + HttpTurns::slice_time));
    };
    fixture.run(scenario);
}

TEST_CASE("the urgent do not queue behind the others, nor the others behind them", "[net][turns]") {
    TurnsFixture fixture;
    const auto scenario = [&]() -> awaitable<void> {
        for (const char name : {'a', 'b', 'c', 'd'})
            fixture.start(name);
        for (const char name : {'U', 'V', 'W'})
            fixture.start(name, HttpTurns::Urgency::urgent);
        CHECK_AWAITED(co_await fixture.eventually([&] { return fixture.order.size() == 7; }));
        CHECK(fixture.order == "aUbVcWd");
    };
    fixture.run(scenario);
}

TEST_CASE("who waits for a turn may go with the loop", "[net][turns]") {
    TurnsFixture fixture;
    const auto held = std::make_shared<int>();
    const auto scenario = [&]() -> awaitable<void> {
        fixture.start('a');
        const auto waiter = [&fixture, held]() -> awaitable<void> {
            fixture.turns.take(fixture.scheduler->now());
            co_await fixture.turns.wait(HttpTurns::Urgency::normal);
            fixture.order += "never";
        };
        net::spawn(fixture.loop.get_executor(), "waiter", waiter);
        fixture.turns.abandon();
        CHECK_AWAITED(co_await fixture.eventually([&] { return held.use_count() == 2; }));
    };
    fixture.run(scenario);
    CHECK(fixture.order == "a");
}

TEST_CASE("a request that has queued for too long is refused, and its connection kept", "[net][turns]") {
    net::HttpLimits limits;
    limits.request_time = base::milliseconds(600); // a third of it is forty turns of work
    ServerFixture shop(limits);
    constexpr int clients_count = 100;
    const auto scenario = [&]() -> awaitable<void> {
        std::vector<RawClient> clients;
        for (int n = 0; n < clients_count; ++n) {
            clients.push_back(shop.connect());
            // All of it before the server looks at any.
            boost::asio::write(clients.back().socket(), boost::asio::buffer(get_work));
        }
        int served = 0, refused = 0;
        for (auto& client : clients) {
            const auto answer = co_await client.answer();
            served += answer.status == 200 ? 1 : 0;
            refused += answer.status == 503 && answer.header("Retry-After") == "1" ? 1 : 0;
        }
        CHECK(served >= 1);
        CHECK(refused >= 1);
        CHECK(served + refused == clients_count);
        CHECK(shop.rejected("queue_time") == refused);
        for (auto& client : clients)
            CHECK_AWAITED((co_await client.ask("GET /hello HTTP/1.1\r\nHost: shop\r\n\r\n")).status == 200);
    };
    shop.run(scenario);
}
