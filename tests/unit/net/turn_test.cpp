#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/net/turn.hpp>

using namespace bookstore;
using net::Turn;

namespace {

struct World {
    boost::asio::io_context loop;
    std::vector<std::string> seen;

    auto sees(std::string what) {
        return [this, what = std::move(what)] { seen.push_back(what); };
    }
    void wake(std::string what) { Turn::wake(loop.get_executor(), sees(std::move(what))); }
    void run(std::function<void()> body) { Turn::run(loop.get_executor(), body); }
};

using Seen = std::vector<std::string>;

} // namespace

TEST_CASE("who is woken in a turn goes on at its end, before what was ready already", "[net][turn]") {
    World world;
    boost::asio::post(world.loop, world.sees("ready"));
    world.run([&] {
        world.wake("woken");
        world.sees("body")();
    });
    CHECK(world.seen == Seen{"body", "woken"});
    world.loop.run();
    CHECK(world.seen == Seen{"body", "woken", "ready"});
}

TEST_CASE("who is woken by the woken goes on in the same turn, in order", "[net][turn]") {
    World world;
    world.run([&] {
        Turn::wake(world.loop.get_executor(), [&] {
            world.sees("first")();
            world.wake("third");
        });
        world.wake("second");
    });
    CHECK(world.seen == Seen{"first", "second", "third"});
}

TEST_CASE("without a turn, and beyond what one takes, the loop has a round between", "[net][turn]") {
    World world;
    world.wake("through the loop");
    CHECK(world.seen.empty());
    world.loop.run();
    CHECK(world.seen == Seen{"through the loop"});

    world.loop.restart();
    world.seen.clear();
    world.run([&] {
        for (std::size_t i = 0; i < Turn::woken_max + 1; ++i)
            world.wake(std::to_string(i));
    });
    CHECK(world.seen.size() == Turn::woken_max);
    world.loop.run();
    CHECK(world.seen.back() == std::to_string(Turn::woken_max));
}

TEST_CASE("a turn is of one loop: who belongs to another goes on there", "[net][turn]") {
    World one, other;
    one.run([&] { other.wake("of the other"); });
    CHECK(other.seen.empty());
    other.loop.run();
    CHECK(other.seen == Seen{"of the other"});
}

TEST_CASE("who was woken goes on though the turn ends with an exception", "[net][turn]") {
    World world;
    CHECK_THROWS_AS(world.run([&] {
        world.wake("woken");
        throw std::runtime_error("body");
    }),
                    std::runtime_error);
    CHECK(world.seen.empty());
    world.loop.run();
    CHECK(world.seen == Seen{"woken"});
}

TEST_CASE("a promise's waiter goes on in the turn of a task of the loop, and not inside set()",
          "[net][turn]") {
    World world;
    const auto scheduler = net::make_loop_scheduler(world.loop);
    net::Promise<int> promise;
    const auto wait = [&]() -> boost::asio::awaitable<void> {
        auto mine = promise;
        const int value = co_await std::move(mine).wait();
        world.seen.push_back(std::to_string(value));
    };
    net::spawn(world.loop.get_executor(), "waiter", wait);
    scheduler->post([&] {
        boost::asio::post(world.loop, world.sees("ready"));
        promise.set(7);
        world.sees("set")();
    });
    world.loop.run();
    CHECK(world.seen == Seen{"set", "7", "ready"});
}
