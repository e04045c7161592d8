#include <bookstore/base/limits.hpp>

#include "unit/net/transport_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using base::Errc;
using base::milliseconds;
using boost::asio::awaitable;

namespace {

/// Lets `caller` make `count` calls of `method` at once and collects how they end.
void call_many(LoopFixture& world, Process& caller, const net::Endpoint& to, net::Method method, int count,
               std::vector<Process::Answer>& answers, base::Duration within = base::seconds(15)) {
    for (int n = 0; n < count; ++n) {
        const auto call = [&caller, &answers, to, method, n,
                           deadline = world.in(within)]() -> awaitable<void> {
            answers.push_back(co_await caller.transport.call(to, method, std::to_string(n), deadline));
        };
        net::spawn(world.loop.get_executor(), "call", call);
    }
}

} // namespace

TEST_CASE("a call is answered by the handler of its method", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto deadline = world.in(base::seconds(15));
        const auto answer = co_await here.transport.call(there.where, echo, "books", deadline);
        CHECK(answer.value() == "books");
        const auto refused = co_await here.transport.call(there.where, refuse, "", deadline);
        CHECK(refused.error() == Errc::not_leader);
        const auto failed = co_await here.transport.call(there.where, fault, "", deadline);
        CHECK(failed.error() == Errc::outcome_unknown);
        const auto unheard = co_await here.transport.call(there.where, unknown, "", deadline);
        CHECK(unheard.error() == Errc::protocol_error);
        CHECK(here.states == std::vector{true});
        CHECK(there.states.empty());
        CHECK(world.metric("bookstored_peer_streams") == 2); // both ends are in this process
    };
    world.run(scenario);
}

TEST_CASE("a process may call itself", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await here.transport.call(here.where, echo, "me", world.in(base::seconds(15)));
        CHECK(answer.value() == "me");
    };
    world.run(scenario);
}

TEST_CASE("notices arrive in order, from the first one on", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        std::vector<std::string> sent;
        for (int n = 0; n < 1'000; ++n) {
            sent.push_back(std::to_string(n));
            here.transport.notify(there.where, echo, sent.back());
        }
        here.transport.notify(there.where, unknown, "nobody's");
        CHECK_AWAITED(co_await world.eventually([&] { return there.notices.size() == sent.size(); }));
        CHECK(there.notices == sent);
    };
    world.run(scenario);
}

TEST_CASE("ten thousand calls at a time find their own answers", "[net][peer]") {
    LoopFixture world;
    auto limits = patient();
    limits.calls_in_flight_max = 10'000;
    Process here(world, "secret", limits);
    Process there(world, "secret", limits);
    const auto scenario = [&]() -> awaitable<void> {
        int matched = 0;
        for (int n = 0; n < 10'000; ++n) {
            const auto call = [&, n]() -> awaitable<void> {
                const auto answer = co_await here.transport.call(there.where, echo, std::to_string(n),
                                                                 world.in(base::seconds(15)));
                matched += answer && *answer == std::to_string(n) ? 1 : 0;
            };
            net::spawn(world.loop.get_executor(), "call", call);
        }
        CHECK_AWAITED(co_await world.eventually([&] { return matched == 10'000; }));
        CHECK(here.states.size() == 1); // over one stream
    };
    world.run(scenario);
}

TEST_CASE("large messages pass, larger ones than a frame do not", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto deadline = world.in(base::seconds(15));
        const std::string large(base::limits::frame_bytes_max - 1'000, 'l');
        const auto answer = co_await here.transport.call(there.where, echo, large, deadline);
        CHECK((answer && *answer == large));
        const std::string larger(base::limits::frame_bytes_max, 'l');
        const auto refused = co_await here.transport.call(there.where, echo, larger, deadline);
        CHECK(refused.error() == Errc::too_large);
        here.transport.notify(there.where, echo, larger);
        CHECK(world.metric("bookstored_peer_notices_dropped_total") == 1);
    };
    world.run(scenario);
}

TEST_CASE("an answer that is too large is an error, not a broken stream", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const net::Method boast{50};
    const auto answer_boast = [](std::string, base::TimePoint) -> awaitable<Process::Answer> {
        co_return std::string(base::limits::frame_bytes_max, 'b');
    };
    there.transport.on_call(boast, answer_boast);
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await here.transport.call(there.where, boast, "", world.in(base::seconds(15)));
        CHECK(answer.error() == Errc::too_large);
        CHECK(here.states == std::vector{true});
    };
    world.run(scenario);
}

TEST_CASE("a call ends at its deadline, each at its own", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto first =
            co_await here.transport.call(there.where, echo, "first", world.in(base::seconds(15)));
        CHECK(first.value() == "first"); // the stream is up: what follows waits for its answers only
        std::vector<int> ended;
        for (const int ms : {60, 20, 40}) { // the timer is set for 60 ms, and must be set anew
            const auto call = [&, ms, deadline = world.in(milliseconds(ms))]() -> awaitable<void> {
                const auto answer = co_await here.transport.call(there.where, never, "", deadline);
                CHECK(answer.error() == Errc::timed_out);
                CHECK(world.scheduler->now() >= deadline);
                ended.push_back(ms);
            };
            net::spawn(world.loop.get_executor(), "call", call);
        }
        CHECK_AWAITED(co_await world.eventually([&] { return ended.size() == 3; }));
        CHECK(ended == std::vector{20, 40, 60});
        there.release.open(); // an answer that nobody waits for any more does no harm
        const auto next =
            co_await here.transport.call(there.where, echo, "next", world.in(base::seconds(15)));
        CHECK(next.value() == "next");
        const auto past = co_await here.transport.call(there.where, echo, "", world.scheduler->now());
        CHECK(past.error() == Errc::timed_out);
    };
    world.run(scenario);
}

TEST_CASE("the handler is told what is left of the deadline", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        std::vector<Process::Answer> answers;
        const auto deadline = world.in(base::seconds(60));
        call_many(world, here, there.where, never, 1, answers, base::seconds(60));
        CHECK_AWAITED(co_await world.eventually([&] { return there.waiting == 1; }));
        CHECK(there.last_deadline > deadline - base::seconds(1)); // what the way took is not taken off
        CHECK(there.last_deadline <= world.in(base::seconds(60)) + milliseconds(1));
        there.release.open();
        CHECK_AWAITED(co_await world.eventually([&] { return answers.size() == 1; }));
        CHECK(answers.front().value() == "late");
    };
    world.run(scenario);
}

TEST_CASE("what one peer may have in flight is bounded", "[net][peer]") {
    LoopFixture world;
    auto limits = patient();
    limits.calls_in_flight_max = 3;
    Process here(world, "secret", limits);
    Process there(world, "secret", limits);
    const auto scenario = [&]() -> awaitable<void> {
        std::vector<Process::Answer> answers;
        call_many(world, here, there.where, never, 3, answers);
        CHECK_AWAITED(co_await world.eventually([&] { return there.waiting == 3; }));
        const auto refused = co_await here.transport.call(there.where, echo, "", world.in(base::seconds(15)));
        CHECK(refused.error() == Errc::overloaded);
        CHECK(world.metric("bookstored_peer_calls_refused_total") == 1);
        there.transport.close();
        CHECK_AWAITED(co_await world.eventually([&] { return answers.size() == 3; }));
        there.release.open();
    };
    world.run(scenario);
}

TEST_CASE("a queue that its peer does not read is cut, not grown", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    boost::asio::ip::tcp::acceptor silent(world.loop, {boost::asio::ip::address_v4::loopback(), 0});
    const net::Endpoint where{"127.0.0.1", silent.local_endpoint().port()};
    const auto scenario = [&]() -> awaitable<void> {
        const std::string megabyte(1u << 20, 'm');
        for (int n = 0; n < 40; ++n)
            here.transport.notify(where, echo, megabyte);
        CHECK(world.metric("bookstored_peer_notices_dropped_total") >= 8);
        const auto call = co_await here.transport.call(where, echo, megabyte, world.in(base::seconds(15)));
        CHECK(call.error() == Errc::overloaded);
    };
    world.run(scenario);
}

TEST_CASE("nothing is sent after close", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        std::vector<Process::Answer> answers;
        call_many(world, here, there.where, never, 2, answers);
        CHECK_AWAITED(co_await world.eventually([&] { return there.waiting == 2; }));
        here.transport.close();
        CHECK_AWAITED(co_await world.eventually([&] { return answers.size() == 2; }));
        CHECK(answers.front().error() == Errc::connection_lost);
        const auto later = co_await here.transport.call(there.where, echo, "", world.in(base::seconds(15)));
        CHECK(later.error() == Errc::stopping);
        there.release.open();
        CHECK_AWAITED(
            co_await world.eventually([&] { return world.metric("bookstored_peer_streams") == 0; }));
    };
    world.run(scenario);
}
