// A frontend with several loops: what each knows, and when an announcement is acknowledged
// (tests/model/loops.pml).
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend::test;

namespace {

const std::string target = "/lookup?item=3";

/// A further loop that turns when the test says so.
struct Side {
    Side(Shop& shop) : branch(shop.node->branch(loop.get_executor())) {}

    void turn() {
        loop.restart();
        while (loop.poll() > 0)
            loop.restart();
    }
    /// What it answers now, or nothing.
    std::optional<net::Response> ask(const Shop& shop, const std::string& what = target) {
        net::Request request;
        request.target = what;
        return bookstore::test::answered_at_once(branch.answer_at_once, request, shop.scheduler.now());
    }

    boost::asio::io_context loop;
    Node::Branch branch;
};

/// A shop whose frontend has two further loops.
struct Wide {
    Wide() {
        shop.node->start();
        turn();
    }
    ~Wide() { turn(); }
    void turn() {
        for (int round = 0; round < 3; ++round) {
            shop.scheduler.settle();
            one.turn();
            two.turn();
        }
    }
    /// Both have an answer for `target`.
    void fill() {
        shop.get(target);
        const auto hit = shop.get(target);
        one.branch.answered(target);
        two.branch.answered(target);
        turn();
        REQUIRE(one.ask(shop));
        REQUIRE(two.ask(shop));
        CHECK(one.ask(shop)->headers == hit.headers);
        CHECK(one.ask(shop)->body == hit.body);
    }
    std::shared_ptr<std::optional<base::result<std::string>>> begin_announcing(std::uint64_t index,
                                                                               std::vector<shop::Tag> tags) {
        const auto answer = std::make_shared<std::optional<base::result<std::string>>>();
        const Invalidation message{shop.grant.term, index, shop.session(), std::move(tags)};
        net::spawn(shop.loop.get_executor(), "call",
                   [this, answer, bytes = encode(message)]() -> boost::asio::awaitable<void> {
                       const auto& handler = shop.transport.call_handlers.at(method::invalidate);
                       *answer = co_await handler(bytes, shop.scheduler.now() + seconds(1));
                   });
        shop.scheduler.settle();
        return answer;
    }

    Shop shop;
    Side one{shop}, two{shop};
};

} // namespace

TEST_CASE("a further loop answers what was a hit at the main one", "[frontend][branches]") {
    Wide wide;
    wide.one.branch.answered(target);
    wide.turn();
    CHECK_FALSE(wide.one.ask(wide.shop)); // the main loop has nothing
    wide.fill();
    CHECK_FALSE(wide.one.ask(wide.shop, "/lookup?item=4"));
    const auto hits = wide.shop.metric("bookstored_cache_hits_total");
    wide.one.ask(wide.shop);
    wide.shop.scheduler.advance(seconds(1));
    CHECK(wide.shop.metric("bookstored_cache_hits_total") >= hits + 1);
}

TEST_CASE("an announcement is acknowledged when every loop has dropped what it touches",
          "[frontend][branches]") {
    Wide wide;
    wide.fill();
    const auto answer = wide.begin_announcing(8, {"item/3", "topic/gs"});
    CHECK_FALSE(answer->has_value());
    wide.one.turn();
    wide.shop.scheduler.settle();
    CHECK_FALSE(answer->has_value());
    CHECK_FALSE(wide.one.ask(wide.shop));
    wide.two.turn();
    CHECK_FALSE(wide.two.ask(wide.shop));
    wide.shop.scheduler.settle();
    REQUIRE(answer->has_value());
    CHECK((*answer)->has_value());
}

TEST_CASE("what was sent along before an announcement does not outlive it", "[frontend][branches]") {
    Wide wide;
    wide.shop.get(target);
    wide.shop.get(target);
    wide.one.branch.answered(target); // on its way
    const auto answer = wide.begin_announcing(8, {"item/3"});
    wide.one.branch.answered(target); // nothing to send any more
    wide.turn();
    REQUIRE(answer->has_value());
    CHECK_FALSE(wide.one.ask(wide.shop));
}

TEST_CASE("an announcement that a loop does not hear of is not acknowledged", "[frontend][branches]") {
    Wide wide;
    wide.fill();
    const auto answer = wide.begin_announcing(8, {"item/3"});
    wide.one.turn();
    wide.shop.scheduler.advance(milliseconds(1'100));
    REQUIRE(answer->has_value());
    CHECK((*answer)->error() == Errc::timed_out);
}

TEST_CASE("further loops hold the lease that the main one holds, and no longer", "[frontend][branches]") {
    Wide wide;
    wide.fill();
    SECTION("renewed") {
        for (int quarter = 0; quarter < 20; ++quarter) {
            wide.shop.scheduler.advance(milliseconds(250));
            wide.turn();
        }
        CHECK(wide.one.ask(wide.shop));
    }
    SECTION("renewed, but the loop has not heard of it") {
        wide.shop.scheduler.advance(milliseconds(1'100));
        CHECK_FALSE(wide.one.ask(wide.shop));
        wide.turn();
        CHECK(wide.one.ask(wide.shop));
    }
    SECTION("run out while the process was stopped") {
        wide.shop.scheduler.stop_for(seconds(2));
        CHECK_FALSE(wide.one.ask(wide.shop));
    }
    SECTION("lost") {
        wide.shop.transport.answerers[method::lease] = [](const Call&) {
            return std::optional<base::result<std::string>>(Errc::not_found);
        };
        wide.shop.scheduler.advance(milliseconds(300));
        wide.turn();
        CHECK_FALSE(wide.one.ask(wide.shop));
    }
    SECTION("registered anew: what was kept is gone") {
        wide.shop.grant = {6, 9, 1'000'000};
        wide.shop.version = 9;
        wide.shop.scheduler.advance(milliseconds(300));
        wide.turn();
        CHECK_FALSE(wide.one.ask(wide.shop));
        wide.fill();
    }
}

TEST_CASE("what is invalidated by hand is gone from every loop", "[frontend][branches]") {
    Wide wide;
    wide.fill();
    REQUIRE(
        wide.shop.send(Verb::get, "/invalidate?item=3", {}, {{"Authorization", "Bearer cluster"}}).status ==
        200);
    wide.turn();
    CHECK_FALSE(wide.one.ask(wide.shop));
    CHECK_FALSE(wide.two.ask(wide.shop));
}

namespace {

/// A further loop on a thread of its own, which reads as fast as it can.
struct Reader {
    Reader(Shop& shop, const std::atomic<std::uint64_t>& written)
        : branch(shop.node->branch(loop.get_executor())), now(shop.scheduler.now()), newest(written) {}
    void start() {
        thread = std::thread([this] {
            read();
            loop.run();
        });
    }
    void stop() {
        stopping = true;
        thread.join();
    }

    /// What has been written when a read begins it may show, or something newer.
    void read() {
        const std::uint64_t least = newest;
        std::string bytes;
        if (branch.answer_at_once(target, now, "Sun, 06 Nov 1994 08:49:37 GMT", bytes) != 0) {
            ++hits;
            if (std::stoull(bytes.substr(bytes.find("\r\n\r\n") + 4)) < least) ++stale;
        }
        if (!stopping) boost::asio::post(loop, [this] { read(); });
    }

    boost::asio::io_context loop{1};
    Node::Branch branch;
    base::TimePoint now;
    const std::atomic<std::uint64_t>& newest;
    std::atomic<bool> stopping = false;
    std::atomic<std::uint64_t> hits = 0, stale = 0;
    std::thread thread;
};

} // namespace

TEST_CASE("no loop shows what was history when the read began", "[frontend][branches][threads]") {
    constexpr std::uint64_t writes = 300;
    Shop shop;
    std::atomic<std::uint64_t> newest = 0;
    Reader one(shop, newest), two(shop, newest);
    shop.node->start();
    shop.scheduler.settle();
    one.start();
    two.start();
    for (std::uint64_t index = 8; index < 8 + writes; ++index) {
        const auto answer = std::make_shared<std::optional<base::result<std::string>>>();
        const Invalidation message{shop.grant.term, index, shop.session(), {"item/3"}};
        net::spawn(shop.loop.get_executor(), "call",
                   [&shop, answer, bytes = encode(message)]() -> boost::asio::awaitable<void> {
                       const auto& handler = shop.transport.call_handlers.at(method::invalidate);
                       *answer = co_await handler(bytes, shop.scheduler.now() + seconds(1));
                   });
        while (!answer->has_value()) { // by the real clock: the other loops are threads
            shop.scheduler.settle();
            std::this_thread::yield();
        }
        if (!(*answer)->has_value()) break;
        shop.version = index;
        shop.body = std::to_string(index);
        newest = index;
        shop.get(target);
        shop.get(target);
        const auto hits = one.hits + two.hits;
        one.branch.answered(target);
        two.branch.answered(target);
        while (index % 8 == 0 && one.hits + two.hits == hits)
            std::this_thread::yield();
    }
    one.stop();
    two.stop();
    CHECK(newest == 8 + writes - 1);
    CHECK(one.hits + two.hits > 0);
    CHECK(one.stale == 0);
    CHECK(two.stale == 0);
}
