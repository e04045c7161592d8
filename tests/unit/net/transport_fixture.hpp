#pragma once
/// \file
/// Two processes on one loop: each a server with a transport attached to it.
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/peer_transport.hpp>

#include "unit/net/loop_fixture.hpp"

namespace bookstore::net::test {

constexpr Method echo{1};
constexpr Method never{2};
constexpr Method refuse{3};
constexpr Method fault{4};
constexpr Method unknown{99};

/// Times that only what hangs exceeds, on a machine however busy.
inline PeerLimits patient() {
    PeerLimits limits;
    limits.connect_time = limits.dead_time = base::seconds(15);
    return limits;
}

/// A process that listens. Answers `echo`; leaves `never` unanswered; refuses `refuse` with not_leader;
/// throws in `fault`. Notes every notice of method `echo`.
class Process {
public:
    Process(LoopFixture& on, std::string credential = "secret", PeerLimits limits = patient(),
            Endpoint at = {"127.0.0.1", 0}, std::string agreement = {})
        : router({}, {}),
          server(on.loop, *on.scheduler, router, {}, on.metrics),
          transport(on.loop, *on.scheduler, on.metrics, std::move(credential), limits, std::move(agreement)) {
        transport.attach(server);
        transport.on_notice(echo, [this](std::string notice) { notices.push_back(std::move(notice)); });
        transport.on_state([this](const Endpoint&, bool connected) { states.push_back(connected); });
        const auto answer_echo = [](std::string request, base::TimePoint) -> boost::asio::awaitable<Answer> {
            co_return std::move(request);
        };
        const auto answer_never = [this](std::string,
                                         base::TimePoint deadline) -> boost::asio::awaitable<Answer> {
            ++waiting;
            last_deadline = deadline;
            co_await release.wait();
            co_return "late";
        };
        const auto answer_refuse = [](std::string, base::TimePoint) -> boost::asio::awaitable<Answer> {
            co_return base::Errc::not_leader;
        };
        const auto answer_fault = [](std::string, base::TimePoint) -> boost::asio::awaitable<Answer> {
            throw std::runtime_error("a fault in a handler");
            co_return "";
        };
        transport.on_call(echo, answer_echo);
        transport.on_call(never, answer_never);
        transport.on_call(refuse, answer_refuse);
        transport.on_call(fault, answer_fault);
        where = server.listen(at);
    }

    using Answer = base::result<std::string>;

    Router router;
    HttpServer server;
    PeerTransport transport;
    Endpoint where;
    std::vector<std::string> notices;
    std::vector<bool> states;
    int waiting = 0; ///< calls of `never` that have begun
    base::TimePoint last_deadline;
    Gate release;
};

} // namespace bookstore::net::test
