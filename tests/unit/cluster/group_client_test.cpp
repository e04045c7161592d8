#include <bookstore/cluster/group_client.hpp>

#include <catch2/catch.hpp>

#include <bookstore/net/loop.hpp>

#include "unit/cluster/virtual_time.hpp"

namespace bookstore::cluster {
namespace {

using base::Errc;
using base::milliseconds;
using boost::asio::awaitable;
using Answer = base::result<std::string>;

/// What a member does with a call: answers at once, or is silent until the call's deadline.
using Behaviour = std::function<Answer(const std::string& request)>;

class FakeTransport final : public net::Transport {
public:
    explicit FakeTransport(base::Scheduler& scheduler) : scheduler_(scheduler) {}

    void on_call(net::Method, CallHandler) override {}
    void on_notice(net::Method, NoticeHandler) override {}
    void on_state(StateHandler) override {}
    void notify(const net::Endpoint&, net::Method, std::string) override {}

    awaitable<Answer> call(net::Endpoint to, net::Method, std::string request,
                           base::TimePoint deadline) override {
        calls.push_back(to.port);
        allowed.push_back(deadline - scheduler_.now());
        Answer answer = Errc::unreachable;
        if (const auto member = members.find(to.port); member != members.end())
            answer = member->second(request);
        if (!answer && answer.error() == Errc::timed_out) co_await net::sleep_until(scheduler_, deadline);
        co_return answer;
    }

    std::map<unsigned, Behaviour> members; ///< by port; others are unreachable
    std::vector<unsigned> calls;           ///< the ports called, in order
    std::vector<base::Duration> allowed;   ///< the time that each was given

private:
    base::Scheduler& scheduler_;
};

Behaviour leads() {
    return [](const std::string& request) -> Answer { return "did " + request; };
}
Behaviour fails(Errc with) {
    return [with](const std::string&) -> Answer { return with; };
}

/// Members at ports 1, 2, 3.
struct Fixture {
    VirtualTime time;
    FakeTransport transport{time};
    GroupClient client{transport, time,
                       Group{Role::catalog, {{{"h", 1}, false}, {{"h", 2}, false}, {{"h", 3}, true}}}};

    Answer call(Repeat repeat, base::Duration within = milliseconds(3'000)) {
        const auto answer =
            start(time, client.call_leader(net::Method{7}, "it", time.now() + within, repeat));
        time.run_for(within);
        REQUIRE(answer->has_value()); // the deadline is kept
        return **answer;
    }
};

TEST_CASE_METHOD(Fixture, "the leader is found and remembered", "[cluster][group_client]") {
    transport.members = {{1, fails(Errc::not_leader)}, {2, leads()}, {3, fails(Errc::not_leader)}};
    CHECK(call(Repeat::if_refused).value() == "did it");
    CHECK(client.believed().port == 2);
    CHECK(call(Repeat::if_refused).has_value());
    CHECK(transport.calls == std::vector<unsigned>{1, 2, 2});
}

TEST_CASE_METHOD(Fixture, "who is said to lead is asked first", "[cluster][group_client]") {
    transport.members = {{3, leads()}};
    client.believe({"h", 3});
    CHECK(call(Repeat::if_refused).has_value());
    client.believe({"elsewhere", 3}); // not a member
    CHECK(client.believed().port == 3);
    CHECK(transport.calls == std::vector<unsigned>{3});
}

TEST_CASE_METHOD(Fixture, "news of a leader redirects a call on its way round", "[cluster][group_client]") {
    transport.members = {{1,
                          [this](const std::string&) -> Answer {
                              client.believe({"h", 3});
                              return Errc::not_leader;
                          }},
                         {3, leads()}};
    CHECK(call(Repeat::if_refused).has_value());
    CHECK(transport.calls == std::vector<unsigned>{1, 3});
}

TEST_CASE_METHOD(Fixture, "an election is waited for, with growing pauses", "[cluster][group_client]") {
    const auto elected = time.now() + milliseconds(600);
    transport.members = {{1, fails(Errc::not_leader)},
                         {2, [&](const std::string& request) -> Answer {
                              return time.now() < elected ? Answer(Errc::not_ready) : leads()(request);
                          }}};
    CHECK(call(Repeat::if_refused).has_value());
    CHECK(transport.calls.size() > 9);
    CHECK(transport.calls.size() < 30);
}

TEST_CASE_METHOD(Fixture, "while nobody leads a few calls look for the leader, and the others wait for them",
                 "[cluster][group_client]") {
    const auto elected = time.now() + milliseconds(600);
    for (const unsigned port : {1u, 2u, 3u})
        transport.members[port] = [&, port](const std::string& request) -> Answer {
            return time.now() < elected || port != 2 ? Answer(Errc::not_leader) : leads()(request);
        };
    std::vector<std::shared_ptr<std::optional<Answer>>> answers;
    for (int n = 0; n < 1'000; ++n)
        answers.push_back(
            start(time, client.call_leader(net::Method{7}, "it", time.now() + milliseconds(3'000),
                                           n % 2 == 0 ? Repeat::always : Repeat::if_refused)));
    time.run_until(elected);
    CHECK(transport.calls.size() < 30 * GroupClient::probers_max);
    time.run_for(milliseconds(250)); // the longest pause of who looks, and a little
    CHECK(std::all_of(answers.begin(), answers.end(),
                      [](const auto& answer) { return answer->has_value() && (*answer)->has_value(); }));
}

TEST_CASE_METHOD(Fixture, "who waits for others to find the leader keeps its own deadline",
                 "[cluster][group_client]") {
    transport.members = {{1, fails(Errc::not_leader)}, {2, fails(Errc::timed_out)}};
    std::vector<std::shared_ptr<std::optional<Answer>>> answers;
    const auto began = time.now();
    for (int n = 0; n < 100; ++n)
        answers.push_back(start(
            time, client.call_leader(net::Method{7}, "it", began + milliseconds(500 + n), Repeat::always)));
    time.run_until(began + milliseconds(500));
    CHECK(answers.front()->has_value());
    CHECK_FALSE(answers.back()->has_value());
    time.run_until(began + milliseconds(600));
    CHECK(
        std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer->has_value(); }));
}

TEST_CASE_METHOD(Fixture, "a place among those who look is not lost with calls whose time is up",
                 "[cluster][group_client]") {
    transport.members = {{1, fails(Errc::timed_out)}, {2, fails(Errc::timed_out)}};
    std::vector<std::shared_ptr<std::optional<Answer>>> answers;
    const auto began = time.now();
    const auto ask = [&](int count, milliseconds patience) {
        for (int n = 0; n < count; ++n)
            answers.push_back(
                start(time, client.call_leader(net::Method{7}, "it", began + patience, Repeat::always)));
    };
    ask(16, milliseconds(1'000)); // they look, and those behind them wait
    time.run_for(milliseconds(700));
    ask(40, milliseconds(1'000));
    ask(1, milliseconds(4'000));
    time.run_until(began + milliseconds(1'100));
    transport.members[2] = leads(); // the first look finds out
    time.run_until(began + milliseconds(3'000));
    REQUIRE(answers.back()->has_value());
    CHECK((*answers.back())->value() == "did it");
}

TEST_CASE_METHOD(Fixture, "a leader that refuses for good has been found", "[cluster][group_client]") {
    transport.members = {{1, fails(Errc::not_leader)}, {2, fails(Errc::not_leader)}};
    std::vector<std::shared_ptr<std::optional<Answer>>> answers;
    for (int n = 0; n < 100; ++n)
        answers.push_back(start(time, client.call_leader(net::Method{7}, "it",
                                                         time.now() + milliseconds(3'000), Repeat::always)));
    time.run_for(milliseconds(300));
    transport.members[2] = fails(Errc::overloaded);
    time.run_for(milliseconds(500));
    CHECK(std::all_of(answers.begin(), answers.end(), [](const auto& answer) {
        return answer->has_value() && (*answer)->error() == Errc::overloaded;
    }));
}

TEST_CASE_METHOD(Fixture, "news of a leader ends the wait of all", "[cluster][group_client]") {
    transport.members = {{1, fails(Errc::timed_out)}, {3, fails(Errc::not_leader)}}; // 1 is paused
    std::vector<std::shared_ptr<std::optional<Answer>>> answers;
    for (int n = 0; n < 100; ++n)
        answers.push_back(start(time, client.call_leader(net::Method{7}, "it",
                                                         time.now() + milliseconds(3'000), Repeat::always)));
    time.run_for(milliseconds(1'500));
    transport.members[2] = leads();
    client.believe({"h", 2});
    time.run_for(milliseconds(1'100));
    CHECK(std::all_of(answers.begin(), answers.end(),
                      [](const auto& answer) { return answer->has_value() && (*answer)->has_value(); }));
}

TEST_CASE_METHOD(Fixture, "without a leader the last refusal is given at the deadline",
                 "[cluster][group_client]") {
    transport.members = {
        {1, fails(Errc::not_leader)}, {2, fails(Errc::not_leader)}, {3, fails(Errc::not_ready)}};
    const auto began = time.now();
    const auto answer =
        start(time, client.call_leader(net::Method{7}, "it", began + milliseconds(500), Repeat::if_refused));
    time.run_until(began + milliseconds(499));
    CHECK_FALSE(answer->has_value());
    time.run_until(began + milliseconds(500));
    REQUIRE(answer->has_value());
    CHECK_FALSE(base::outcome_is_unknown((*answer)->error()));
}

TEST_CASE_METHOD(Fixture, "a call that may have had an effect is not repeated", "[cluster][group_client]") {
    const Errc unknown = GENERATE(Errc::connection_lost, Errc::outcome_unknown, Errc::timed_out);
    transport.members = {{1, fails(unknown)}, {2, leads()}};
    CHECK(call(Repeat::if_refused).error() == unknown);
    CHECK(transport.calls == std::vector<unsigned>{1});
}

TEST_CASE_METHOD(Fixture, "a call that carries a key is, elsewhere and in time", "[cluster][group_client]") {
    transport.members = {{1, fails(Errc::timed_out)}, {2, leads()}}; // 1 is paused
    CHECK(call(Repeat::always).value() == "did it");
    CHECK(transport.calls == std::vector<unsigned>{1, 2});
    CHECK(transport.allowed[0] <= milliseconds(1'000)); // a share, not all that is left
}

TEST_CASE_METHOD(Fixture, "without a repeat the first member gets all the time", "[cluster][group_client]") {
    transport.members = {{1, leads()}};
    CHECK(call(Repeat::if_refused, milliseconds(900)).has_value());
    CHECK(transport.allowed[0] == milliseconds(900));
}

TEST_CASE_METHOD(Fixture, "an unknown outcome is not hidden by later refusals", "[cluster][group_client]") {
    transport.members = {{1, fails(Errc::connection_lost)}, {2, fails(Errc::not_leader)}};
    CHECK(call(Repeat::always).error() == Errc::connection_lost);
    CHECK(transport.calls.size() > 3);
}

TEST_CASE_METHOD(Fixture, "what no other member would do better is given at once",
                 "[cluster][group_client]") {
    const Errc failure =
        GENERATE(Errc::invalid_argument, Errc::overloaded, Errc::too_large, Errc::unauthorized);
    transport.members = {{1, fails(failure)}, {2, leads()}};
    CHECK(call(Repeat::always).error() == failure);
    CHECK(transport.calls == std::vector<unsigned>{1});
}

TEST_CASE_METHOD(Fixture, "nothing is sent after the deadline", "[cluster][group_client]") {
    transport.members = {{1, leads()}};
    CHECK(call(Repeat::always, milliseconds(0)).error() == Errc::unreachable);
    CHECK(transport.calls.empty());
}

} // namespace
} // namespace bookstore::cluster
