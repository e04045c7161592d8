#include "unit/net/transport_fixture.hpp"

using namespace bookstore;
using namespace bookstore::net::test;
using base::Errc;
using boost::asio::awaitable;

namespace {

net::Endpoint any_port() {
    return {"127.0.0.1", 0};
}

} // namespace

TEST_CASE("processes that agree hear each other", "[net][peer]") {
    LoopFixture world;
    Process here(world, "secret", patient(), any_port(), "lease-ms: 1000");
    Process there(world, "secret", patient(), any_port(), "lease-ms: 1000");
    const auto scenario = [&]() -> awaitable<void> {
        here.transport.notify(there.where, echo, "first");
        const auto deadline = world.in(base::seconds(15));
        const auto answer = co_await here.transport.call(there.where, echo, "books", deadline);
        CHECK((answer && *answer == "books"));
        CHECK(there.transport.disagreement().empty());
        CHECK(there.notices == std::vector<std::string>{"first"});
    };
    world.run(scenario);
}

TEST_CASE("a process that is configured differently is not listened to, and does not listen", "[net][peer]") {
    LoopFixture world;
    Process here(world, "secret", patient(), any_port(), "lease-ms: 1000");
    Process there(world, "secret", patient(), any_port(), "lease-ms: 2000");
    Process silent(world);
    const auto refused = [&](Process& from, Process& to) -> awaitable<void> {
        from.transport.notify(to.where, echo, "a notice");
        const auto deadline = world.in(base::seconds(15));
        const auto answer = co_await from.transport.call(to.where, echo, "books", deadline);
        CHECK((answer.has_error() && answer.error() == Errc::not_ready));
        CHECK(to.notices.empty());
        CHECK_FALSE(to.transport.disagreement().empty());
    };
    const auto scenario = [&]() -> awaitable<void> {
        co_await refused(here, there);
        CHECK(there.transport.disagreement() ==
              "another process is configured differently: lease-ms: 1000 there, lease-ms: 2000 here");
        co_await refused(there, here);
        co_await refused(silent, here); // says nothing of what it is configured with
        // Refused on one stream, not by breaking it again and again.
        co_await refused(here, there);
        CHECK(here.states == std::vector{true});
        CHECK(world.metric("bookstored_peer_streams_broken_total") == 0);
    };
    world.run(scenario);
}
