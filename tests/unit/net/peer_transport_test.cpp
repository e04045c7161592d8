#include "unit/net/transport_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using base::Errc;
using base::milliseconds;
using boost::asio::awaitable;

TEST_CASE("a call is answered by the handler of its method", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    Process there(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto deadline = world.in(base::seconds(5));
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
    };
    world.run(scenario);
}

TEST_CASE("a process may call itself", "[net][peer]") {
    LoopFixture world;
    Process here(world);
    const auto scenario = [&]() -> awaitable<void> {
        const auto answer = co_await here.transport.call(here.where, echo, "me", world.in(base::seconds(5)));
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
        CHECK_AWAITED(co_await world.eventually([&] { return there.notices.size() == sent.size(); }));
        CHECK(there.notices == sent);
    };
    world.run(scenario);
}
