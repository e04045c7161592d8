#include <map>

#include <catch2/catch.hpp>

#include <bookstore/cluster/health.hpp>
#include <bookstore/net/loop.hpp>

#include "unit/cluster/virtual_time.hpp"

namespace bookstore::cluster {
namespace {

using base::Errc;
using base::milliseconds;

/// Catalogs at ports 1, 2, 3, an order at 4, a frontend at 5; heartbeats every 1,000 ms, time-out 500 ms,
/// rise 1, fall 2.
struct Fixture {
    Fixture() {
        config.replicas = {{{{"h", 1}, {"h", 2}, {"h", 3}}, {{"h", 4}}, {{"h", 5}}}};
        for (unsigned port = 1; port <= 5; ++port)
            says[port] = Report{.ready = true, .leader = port == 1, .version = 1, .digest = 1};
        monitor.emplace(time.loop().get_executor(), time, config,
                        [this](net::Endpoint to, base::TimePoint deadline) { return probe(to, deadline); });
        monitor->on_change([this](const ReplicaView& view) {
            changes.push_back(std::string(to_string(view.role)) + std::to_string(view.id) + " " +
                              std::string(to_string(view.state)) + (view.last.leader ? " leads" : ""));
        });
    }

    boost::asio::awaitable<base::result<Report>> probe(net::Endpoint to, base::TimePoint deadline) {
        ++probes[to.port];
        auto answer = says.at(to.port);
        if (!answer && answer.error() == Errc::timed_out) co_await net::sleep_until(time, deadline);
        co_return answer;
    }

    std::vector<unsigned> turns(unsigned count) {
        std::vector<unsigned> ids;
        for (unsigned i = 0; i < count; ++i)
            if (const auto id = monitor->next(Role::catalog)) ids.push_back(*id);
        return ids;
    }

    Config config;
    VirtualTime time;
    std::map<unsigned, base::result<Report>> says; ///< by port
    std::map<unsigned, unsigned> probes;
    std::vector<std::string> changes;
    std::optional<HealthMonitor> monitor;
};

TEST_CASE_METHOD(Fixture, "every replica is polled, all at once", "[cluster][health]") {
    CHECK(monitor->views().size() == 5);
    CHECK_FALSE(monitor->next(Role::catalog).has_value());
    monitor->start();
    time.run_for(milliseconds(1));
    CHECK(changes == std::vector<std::string>{"catalog0 up leads", "catalog1 up", "catalog2 up", "order0 up",
                                              "frontend0 up"});
    CHECK(monitor->view(Role::order, 0).endpoint.port == 4);
    CHECK(monitor->view(Role::order, 0).last_seen.has_value());
    time.run_for(milliseconds(9'990));
    CHECK(probes == std::map<unsigned, unsigned>{{1, 10}, {2, 10}, {3, 10}, {4, 10}, {5, 10}});
    CHECK(changes.size() == 5);
}

TEST_CASE_METHOD(Fixture, "round-robin goes over those that are up and ready", "[cluster][health]") {
    says[2] = Report{.ready = false};
    monitor->start();
    time.run_for(milliseconds(1));
    CHECK(monitor->view(Role::catalog, 1).state == ReplicaState::resyncing);
    CHECK(turns(4) == std::vector<unsigned>{0, 2, 0, 2});
    says[2] = Report{.ready = true};
    time.run_for(milliseconds(1'000));
    CHECK(turns(4) == std::vector<unsigned>{0, 1, 2, 0});
}

TEST_CASE_METHOD(Fixture, "a silent replica is down after fall time-outs, and no other waits for it",
                 "[cluster][health]") {
    monitor->start();
    time.run_for(milliseconds(1));
    changes.clear();
    says[1] = Errc::timed_out;
    time.run_for(milliseconds(1'501)); // asked at 1000, missed at 1500
    CHECK(changes.empty());
    CHECK(probes[2] == 2);
    time.run_for(milliseconds(1'000)); // asked at 2000, missed at 2500
    CHECK(changes == std::vector<std::string>{"catalog0 down"});
    CHECK(monitor->view(Role::catalog, 0).crashed);
    CHECK_FALSE(monitor->view(Role::catalog, 0).last.leader);
    CHECK(turns(2) == std::vector<unsigned>{1, 2});
}

TEST_CASE_METHOD(Fixture, "a refused or reset heartbeat is enough", "[cluster][health]") {
    monitor->start();
    time.run_for(milliseconds(1));
    changes.clear();
    says[1] = GENERATE(Errc::unreachable, Errc::connection_lost);
    time.run_for(milliseconds(1'000));
    CHECK(changes == std::vector<std::string>{"catalog0 down"});
}

TEST_CASE_METHOD(Fixture, "a refused request counts at once and asks again at once", "[cluster][health]") {
    monitor->start();
    time.run_for(milliseconds(1));
    changes.clear();
    monitor->report_refused({"h", 1});
    CHECK(changes == std::vector<std::string>{"catalog0 down"});
    CHECK(turns(2) == std::vector<unsigned>{1, 2});
    monitor->report_refused({"h", 1}); // no news
    monitor->report_refused({"h", 99});
    time.run_for(milliseconds(1));
    CHECK(probes[1] == 2);
    CHECK(changes == std::vector<std::string>{"catalog0 down", "catalog0 up leads"}); // restarted meanwhile
    time.run_for(milliseconds(998));
    CHECK(probes[1] == 2); // an interval counts from the last heartbeat
}

TEST_CASE_METHOD(Fixture, "a change of leader is told", "[cluster][health]") {
    monitor->start();
    time.run_for(milliseconds(1));
    changes.clear();
    says[1] = Report{.ready = true, .leader = false};
    says[2] = Report{.ready = true, .leader = true};
    time.run_for(milliseconds(1'000));
    CHECK(changes == std::vector<std::string>{"catalog0 up", "catalog1 up leads"});
}

TEST_CASE_METHOD(Fixture, "stopped, or gone, it asks and tells nothing more", "[cluster][health]") {
    says[1] = Errc::timed_out; // on its way when the monitor goes
    monitor->start();
    time.run_for(milliseconds(100));
    changes.clear();
    says[2] = Errc::unreachable;
    SECTION("stopped") {
        monitor->stop();
    }
    SECTION("gone") {
        monitor.reset();
    }
    time.run_for(milliseconds(5'000));
    CHECK(changes.empty());
    CHECK(probes[2] == 1);
}

} // namespace
} // namespace bookstore::cluster
