// What peer streams do when the other end, or what is between, does not do its part.
#include <bookstore/base/random.hpp>

#include "net/frame.hpp"
#include "unit/net/raw_client.hpp"
#include "unit/net/transport_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using base::Errc;
using base::milliseconds;
using boost::asio::awaitable;

namespace {

const std::string hello = "GET /v1/peer HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\n"
                          "Upgrade: bookstored-peer/1\r\nAuthorization: Bearer secret\r\n\r\n";

std::string notice(std::string_view text) {
    std::string out;
    net::append_frame(out, {net::FrameKind::notice, echo, 0, 0, 0, text});
    return out;
}

net::Endpoint free_port(LoopFixture& world) {
    boost::asio::ip::tcp::acceptor taken(world.loop, {boost::asio::ip::address_v4::loopback(), 0});
    return {"127.0.0.1", taken.local_endpoint().port()};
}

net::PeerLimits impatient() {
    auto limits = patient();
    limits.reconnect_min = milliseconds(1);
    limits.reconnect_max = milliseconds(4);
    return limits;
}

} // namespace

TEST_CASE("a peer that is not there is unreachable, and found when it comes", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world, "secret", impatient());
    const auto where = free_port(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto absent = co_await here.transport.call(where, echo, "", world.in(base::seconds(15)));
        CHECK(absent.error() == Errc::unreachable);
        here.transport.notify(where, echo, "lost");
        CHECK(here.states.empty());

        Process there(world, "secret", patient(), where);
        CHECK_AWAITED(co_await world.eventually([&] { return here.states == std::vector{true}; }));
        const auto present = co_await here.transport.call(where, echo, "found", world.in(base::seconds(15)));
        CHECK(present.value() == "found");
    };
    world.run(scenario);
}

TEST_CASE("calls in flight on a stream that breaks may have been executed", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world, "secret", impatient());
    auto there = std::make_unique<Process>(world);
    const auto where = there->where;
    const auto scenario = [&]() -> awaitable<void> {
        Process::Answer answer = "none yet";
        const auto call = [&]() -> awaitable<void> {
            answer = co_await here.transport.call(where, never, "", world.in(base::seconds(15)));
        };
        net::spawn(world.loop.get_executor(), "call", call);
        CHECK_AWAITED(co_await world.eventually([&] { return there->waiting == 1; }));
        there->transport.close();
        CHECK_AWAITED(co_await world.eventually([&] { return answer.has_error(); }));
        CHECK(answer.error() == Errc::connection_lost);
        CHECK_AWAITED(co_await world.eventually([&] { return here.states.size() >= 2; }));
        CHECK_FALSE(here.states[1]);
        there->release.open();
        co_await net::sleep_until(*world.scheduler, world.scheduler->now());
        there.reset();

        Process again(world, "secret", patient(), where); // restarted at the same address
        const auto retry = [&]() -> bool { return here.states.back(); };
        CHECK_AWAITED(co_await world.eventually(retry));
        const auto next = co_await here.transport.call(where, echo, "next", world.in(base::seconds(15)));
        CHECK(next.value() == "next");
    };
    world.run(scenario);
}

TEST_CASE("a peer that shows a wrong credential is not served", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world, "guess", impatient());
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto refused = co_await here.transport.call(there.where, echo, "", world.in(base::seconds(15)));
        CHECK(refused.error() == Errc::unreachable);
        CHECK(here.states.empty());
        CHECK(world.metric("bookstored_peer_streams") == 0);
    };
    world.run(scenario);
}

TEST_CASE("processes without a credential serve each other", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world, "");
    Process there(world, "");
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer =
            co_await here.transport.call(there.where, echo, "open", world.in(base::seconds(15)));
        CHECK(answer.value() == "open");
    };
    world.run(scenario);
}

TEST_CASE("what listens there but is no peer is unreachable", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world, "secret", impatient());
    const net::Router router({}, {});
    net::HttpServer other(world.loop, *world.scheduler, router, {}, world.metrics);
    const auto where = other.listen({"127.0.0.1", 0});
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await here.transport.call(where, echo, "", world.in(base::seconds(15)));
        CHECK(answer.error() == Errc::unreachable);
    };
    world.run(scenario);
}

TEST_CASE("a peer that accepts and says nothing is given up", "[net][peer][fault]") {
    LoopFixture world;
    auto limits = impatient();
    limits.connect_time = milliseconds(30);
    Process here(world, "secret", limits);
    boost::asio::ip::tcp::acceptor silent(world.loop, {boost::asio::ip::address_v4::loopback(), 0});
    const net::Endpoint where{"127.0.0.1", silent.local_endpoint().port()};
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await here.transport.call(where, echo, "", world.in(base::seconds(15)));
        CHECK(answer.error() == Errc::unreachable);
    };
    world.run(scenario);
}

TEST_CASE("frames may come in the packet of the upgrade, and in any pieces", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world);
    const auto scenario = [&]() -> awaitable<void> {
        RawClient peer(world.loop, here.where);
        const auto upgraded = co_await peer.ask(hello + notice("first") + notice("second").substr(0, 6));
        CHECK(upgraded.status == 101);
        CHECK_AWAITED(co_await world.eventually([&] { return here.notices.size() == 1; }));
        co_await peer.send(notice("second").substr(6));
        CHECK_AWAITED(co_await world.eventually([&] { return here.notices.size() == 2; }));
        CHECK(here.notices == std::vector<std::string>{"first", "second"});
    };
    world.run(scenario);
}

TEST_CASE("bytes that are not our protocol end their stream, and nothing else", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world);
    std::string answer;
    net::append_frame(answer, {net::FrameKind::answer, {}, 1, 0, 0, "unasked"});
    std::string damaged = notice("damaged");
    damaged.back() = '!';
    const std::string bytes = GENERATE_COPY(std::string("GET / HTTP/1.1\r\n\r\n"), std::string(64, '\xff'),
                                            std::string(64, '\0'), answer, damaged);
    const auto scenario = [&]() -> awaitable<void> {
        RawClient peer(world.loop, here.where);
        const auto upgraded = co_await peer.ask(hello);
        CHECK(upgraded.status == 101);
        co_await peer.send(notice("sound"));
        CHECK_AWAITED(co_await world.eventually([&] { return here.notices.size() == 1; }));
        co_await peer.send(bytes);
        CHECK_AWAITED(co_await peer.closed());
        CHECK(world.metric("bookstored_peer_streams_broken_total") == 1);
        CHECK(world.metric("bookstored_peer_streams") == 0);
        const auto next = co_await here.transport.call(here.where, echo, "next", world.in(base::seconds(15)));
        CHECK(next.value() == "next");
    };
    world.run(scenario);
}

TEST_CASE("streams that others open are counted, and one too many is closed", "[net][peer][fault]") {
    LoopFixture world;
    auto limits = patient();
    limits.streams_max = 2;
    Process here(world, "secret", limits);
    const auto scenario = [&]() -> awaitable<void> {
        RawClient first(world.loop, here.where), second(world.loop, here.where),
            third(world.loop, here.where);
        CHECK_AWAITED((co_await first.ask(hello)).status == 101);
        CHECK_AWAITED((co_await second.ask(hello)).status == 101);
        CHECK_AWAITED((co_await third.ask(hello)).status == 101);
        CHECK_AWAITED(co_await third.closed());
        CHECK(world.metric("bookstored_peer_streams_refused_total") == 1);
        co_await second.send(notice("heard"));
        CHECK_AWAITED(co_await world.eventually([&] { return here.notices.size() == 1; }));

        first.socket().close();
        CHECK_AWAITED(
            co_await world.eventually([&] { return world.metric("bookstored_peer_streams") == 1; }));
        RawClient fourth(world.loop, here.where);
        CHECK_AWAITED((co_await fourth.ask(hello)).status == 101);
        co_await fourth.send(notice("heard too"));
        CHECK_AWAITED(co_await world.eventually([&] { return here.notices.size() == 2; }));
    };
    world.run(scenario);
}

TEST_CASE("a peer that answers with noise loses its stream, and the calls on it", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world, "secret", impatient());
    const net::Router router({}, {});
    net::HttpServer other(world.loop, *world.scheduler, router, {}, world.metrics);
    std::vector<boost::asio::ip::tcp::socket> taken;
    const auto make_noise = [&](boost::asio::ip::tcp::socket socket, std::string) {
        boost::asio::write(socket, boost::asio::buffer(std::string(100, 'n')));
        taken.push_back(std::move(socket));
    };
    other.on_upgrade("bookstored-peer/1", "secret", make_noise);
    const auto where = other.listen({"127.0.0.1", 0});
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await here.transport.call(where, echo, "", world.in(base::seconds(15)));
        CHECK(answer.has_error());
        CHECK((answer.error() == Errc::connection_lost || answer.error() == Errc::unreachable));
        here.transport.close();
    };
    world.run(scenario);
}

TEST_CASE("a peer's bytes damaged at random never harm this process", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world);
    const std::uint64_t seed = base::random_seed();
    CAPTURE(seed);
    base::Random dice(seed);
    const auto scenario = [&]() -> awaitable<void> {
        for (int round = 0; round < 100; ++round) {
            std::string bytes;
            for (int n = 0; n < 4; ++n) {
                const auto kind = static_cast<net::FrameKind>(1 + dice.below(2));
                const auto method = static_cast<net::Method>(1 + dice.below(5));
                net::append_frame(
                    bytes, {kind, method == never ? echo : method, dice.next(), dice.next(), 0, "text"});
            }
            bytes[dice.below(bytes.size())] = static_cast<char>(dice.below(256));
            RawClient peer(world.loop, here.where);
            const auto upgraded = co_await peer.ask(hello + bytes);
            REQUIRE(upgraded.status == 101);
        }
        CHECK_AWAITED(
            co_await world.eventually([&] { return world.metric("bookstored_peer_streams") == 0; }));
        const auto next = co_await here.transport.call(here.where, echo, "next", world.in(base::seconds(15)));
        CHECK(next.value() == "next");
    };
    world.run(scenario);
}

TEST_CASE("a transport may go while others call it", "[net][peer][fault]") {
    LoopFixture world;
    Process here(world, "secret", impatient());
    auto there = std::make_unique<Process>(world);
    const auto where = there->where;
    const auto scenario = [&]() -> awaitable<void> {
        int ended = 0;
        for (int n = 0; n < 100; ++n) {
            const auto call = [&]() -> awaitable<void> {
                (void)co_await here.transport.call(where, echo, "x", world.in(base::seconds(15)));
                ++ended;
            };
            net::spawn(world.loop.get_executor(), "call", call);
        }
        CHECK_AWAITED(co_await world.eventually([&] { return ended > 0 || !here.states.empty(); }));
        there.reset();
        CHECK_AWAITED(co_await world.eventually([&] { return ended == 100; }));
    };
    world.run(scenario);
}
