#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

#include <bookstore/net/promise.hpp>

#include "unit/net/loop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using base::milliseconds;
using boost::asio::awaitable;

TEST_CASE("timers fire in the order of their times, and never early", "[net][loop]") {
    LoopFixture world;
    std::vector<int> fired;
    const auto scenario = [&]() -> awaitable<void> {
        const auto start = world.scheduler->now();
        const auto third = world.scheduler->at(start + milliseconds(6), [&] { fired.push_back(3); });
        const auto first = world.scheduler->at(start - milliseconds(5), [&] { fired.push_back(1); });
        const auto second = world.scheduler->after(milliseconds(2), [&] { fired.push_back(2); });
        CHECK(fired.empty()); // never from inside the call
        CHECK_AWAITED(co_await world.eventually([&] { return fired.size() == 3; }));
        CHECK(world.scheduler->now() >= start + milliseconds(6));
        CHECK(fired == std::vector{1, 2, 3});
    };
    world.run(scenario);
}

TEST_CASE("a timer that is gone does not fire, even when its time has come", "[net][loop]") {
    LoopFixture world;
    bool fired = false;
    const auto scenario = [&]() -> awaitable<void> {
        auto due = world.scheduler->at(world.scheduler->now(), [&] { fired = true; });
        auto later = world.scheduler->after(milliseconds(1), [&] { fired = true; });
        // Both waits end in the poll that ends this one, before either completion has run.
        const auto until = world.in(milliseconds(3));
        while (world.scheduler->now() < until) {
        }
        due.reset();
        later.reset();
        co_await net::sleep_until(*world.scheduler, world.in(milliseconds(3)));
        CHECK_FALSE(fired);
    };
    world.run(scenario);
}

TEST_CASE("a timer's task may destroy its timer", "[net][loop]") {
    LoopFixture world;
    std::unique_ptr<base::Timer> timer;
    bool ended = false;
    const auto scenario = [&]() -> awaitable<void> {
        const auto payload = std::make_shared<int>(7);
        timer = world.scheduler->at(world.scheduler->now(), [&, payload] {
            timer.reset();
            ended = *payload == 7;
        });
        CHECK_AWAITED(co_await world.eventually([&] { return ended; }));
        CHECK(payload.use_count() == 1);
    };
    world.run(scenario);
}

TEST_CASE("what other threads post runs on the loop, in their order", "[net][loop]") {
    LoopFixture world;
    std::vector<int> ran;
    std::thread::id on;
    const auto scenario = [&]() -> awaitable<void> {
        std::thread poster([&] {
            for (int n = 0; n < 100; ++n) {
                world.scheduler->post([&, n] {
                    ran.push_back(n);
                    on = std::this_thread::get_id();
                });
            }
        });
        CHECK_AWAITED(co_await world.eventually([&] { return ran.size() == 100; }));
        poster.join();
        CHECK(std::is_sorted(ran.begin(), ran.end()));
        CHECK(on == std::this_thread::get_id());
    };
    world.run(scenario);
}

TEST_CASE("a sleeper can be cancelled", "[net][loop]") {
    LoopFixture world;
    boost::asio::cancellation_signal signal;
    bool cancelled = false;
    const auto sleep = [&]() -> awaitable<void> {
        try {
            co_await net::sleep_until(*world.scheduler, world.in(base::seconds(3'600)));
        } catch (const boost::system::system_error& e) {
            cancelled = e.code() == boost::asio::error::operation_aborted;
        }
    };
    boost::asio::co_spawn(world.loop, sleep,
                          boost::asio::bind_cancellation_slot(signal.slot(), boost::asio::detached));
    const auto scenario = [&]() -> awaitable<void> {
        co_await net::sleep_until(*world.scheduler, world.scheduler->now());
        signal.emit(boost::asio::cancellation_type::terminal);
        CHECK_AWAITED(co_await world.eventually([&] { return cancelled; }));
    };
    world.run(scenario);
}

TEST_CASE("a loop may go with sleepers in it", "[net][loop]") {
    const auto held = std::make_shared<int>(1);
    {
        LoopFixture world;
        const auto sleep = [&world, held]() -> awaitable<void> {
            co_await net::sleep_until(*world.scheduler, world.in(base::seconds(3'600)));
        };
        net::spawn(world.loop.get_executor(), "sleeper", sleep);
        const auto scenario = [&]() -> awaitable<void> { co_return; };
        world.run(scenario);
        CHECK(held.use_count() > 1);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("a fault in a spawned task ends only that task", "[net][loop]") {
    LoopFixture world;
    bool reached = false;
    const auto fault = [&]() -> awaitable<void> {
        reached = true;
        throw std::runtime_error("a fault in a task");
        co_return;
    };
    net::spawn(world.loop.get_executor(), "faulty", fault);
    const auto scenario = [&]() -> awaitable<void> {
        CHECK_AWAITED(co_await world.eventually([&] { return reached; }));
    };
    world.run(scenario);
}

TEST_CASE("a promise gives its first value, whenever that comes", "[net][promise]") {
    LoopFixture world;
    const auto scenario = [&]() -> awaitable<void> {
        net::Promise<std::string> early;
        early.set("first");
        early.set("second");
        CHECK(early.given());
        CHECK_AWAITED(co_await std::move(early).wait() == "first");

        net::Promise<std::string> late;
        bool inside = true;
        const auto timer = world.scheduler->after(milliseconds(1), [&inside, late] {
            late.set("late");
            inside = false;
        });
        CHECK_AWAITED(co_await std::move(late).wait() == "late");
        CHECK_FALSE(inside); // the waiter was not resumed inside set()
    };
    world.run(scenario);
}

TEST_CASE("who waits for a promise that nobody holds any more is let go", "[net][promise]") {
    boost::asio::io_context loop(1);
    std::optional<net::Promise<bool>> promise(std::in_place);
    const auto waiter = std::make_shared<bool>(false);
    const auto wait = [&promise](std::shared_ptr<bool> resumed) -> awaitable<void> {
        auto own = *promise;
        *resumed = co_await std::move(own).wait();
    };
    boost::asio::co_spawn(loop, wait(waiter), boost::asio::detached);
    loop.poll();
    CHECK(waiter.use_count() == 2);
    promise.reset();
    loop.restart();
    loop.poll();
    CHECK(waiter.use_count() == 1);
    CHECK_FALSE(*waiter);
}
