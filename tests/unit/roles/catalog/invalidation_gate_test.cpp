#include "roles/catalog/invalidation_gate.hpp"

#include <deque>

#include <catch2/catch.hpp>

#include <bookstore/shop/default_catalog.hpp>

#include "support/catch_result.hpp"
#include "support/virtual_network.hpp"
#include "support/virtual_scheduler.hpp"

namespace bookstore::roles::catalog {
namespace {

using base::Errc;
using base::milliseconds;

/// A frontend that only listens to invalidations.
struct Frontend {
    Frontend(test::VirtualNetwork& network, const net::Endpoint& self, std::uint64_t life)
        : transport(network, self), session(life) {
        transport.on_call(method::invalidate,
                          [this](std::string request,
                                 base::TimePoint) -> boost::asio::awaitable<base::result<std::string>> {
                              const auto invalidation = decode<Invalidation>(request).value();
                              if (refusals > 0) {
                                  --refusals;
                                  co_return Errc::not_ready;
                              }
                              told.push_back(invalidation);
                              co_return encode(InvalidationAnswer{session});
                          });
        transport.on_notice(method::new_leader, [this](std::string notice) {
            leaders.push_back(decode<NewLeader>(notice).value());
        });
    }

    test::VirtualTransport transport;
    std::uint64_t session;
    unsigned refusals = 0;
    std::vector<Invalidation> told;
    std::vector<NewLeader> leaders;
};

class GateTest {
protected:
    GateTest() {
        shop::Stock stock{0, true, shop::default_catalog()};
        stock.books.push_back({shop::ItemId{8}, "A title", "xy", 1, 1});
        state_.apply(shop::CatalogCommand{stock});
        for (std::size_t i = 0; i < endpoints_.size(); ++i)
            frontends_.emplace_back(network_, endpoints_[i], 100 + i);
    }

    cluster::Config config() const {
        cluster::Config config;
        config.replicas[static_cast<std::size_t>(cluster::Role::catalog)] = {{"catalog", 1}};
        config.replicas[static_cast<std::size_t>(cluster::Role::frontend)] = endpoints_;
        return config;
    }
    World world() { return {config_, scheduler_.executor(), scheduler_, random_, metrics_, transport_}; }

    base::result<LeaseAnswer> ask(std::uint32_t frontend, std::uint64_t known_term = 0,
                                  std::uint64_t fence = 5) {
        return gate_.ask({frontend, 100 + frontend, known_term}, fence, scheduler_.now() + base::seconds(1));
    }
    /// Leads term 3; both frontends hold leases, and no earlier ones are left.
    void lead_with_registered_frontends() {
        gate_.leading(3, 5);
        scheduler_.run_for(config_.timings.lease + config_.timings.drift_margin);
        REQUIRE(ask(0));
        REQUIRE(ask(1));
    }
    /// Tells when the batch has passed.
    std::shared_ptr<bool> prepare(const std::vector<shop::CatalogCommand>& batch, std::uint64_t index = 6) {
        auto& commands = batches_.emplace_back();
        for (const auto& command : batch)
            commands.push_back(encode(command));
        const auto passed = std::make_shared<bool>(false);
        gate_.prepare({commands.begin(), commands.end()}, index, [passed] { *passed = true; });
        return passed;
    }
    bool passes(const std::shared_ptr<bool>& passed, base::Duration within) {
        return scheduler_.run_until([&] { return *passed; }, within);
    }
    static shop::CatalogCommand sell(std::uint64_t item) {
        return shop::Sell{"k" + std::to_string(item), {{shop::ItemId{item}, 1}}, base::WallTime{0}};
    }

    test::VirtualScheduler scheduler_;
    test::VirtualNetwork network_{scheduler_};
    const std::vector<net::Endpoint> endpoints_{{"frontend", 11}, {"frontend", 12}};
    const cluster::Config config_ = config();
    base::Random random_{1};
    base::Metrics metrics_;
    test::VirtualTransport transport_{network_, {"catalog", 1}};
    std::deque<Frontend> frontends_;
    shop::CatalogState state_;
    std::deque<std::vector<std::string>> batches_; ///< outlive their stage
    InvalidationGate gate_{world(), 0, state_};
};

TEST_CASE_METHOD(GateTest, "every frontend drops what a batch touches before it is proposed",
                 "[roles][gate]") {
    lead_with_registered_frontends();
    const auto passed = prepare({sell(1), sell(2), shop::Settle{{"k"}}, sell(1)}, 6);
    CHECK_FALSE(*passed);
    REQUIRE(passes(passed, milliseconds(10)));
    for (const Frontend& frontend : frontends_) {
        REQUIRE(frontend.told.size() == 1); // one batch, one message
        CHECK(frontend.told[0].term == 3);
        CHECK(frontend.told[0].index == 6);
        CHECK(frontend.told[0].session == frontend.session);
        CHECK(frontend.told[0].tags == std::vector<shop::Tag>{"item/1", "item/2", "topic/ds"});
    }
}

TEST_CASE_METHOD(GateTest, "bookkeeping passes at once, whatever leases there are", "[roles][gate]") {
    gate_.leading(3, 5); // a predecessor's leases may live
    CHECK(*prepare({shop::Settle{{"a"}}, shop::ForgetSales{{"b"}}}));
    CHECK(frontends_[0].told.empty());
}

TEST_CASE_METHOD(GateTest, "a new leader calls the frontends to it", "[roles][gate]") {
    gate_.leading(3, 5);
    scheduler_.run_for(milliseconds(10));
    for (const Frontend& frontend : frontends_) {
        REQUIRE(frontend.leaders.size() == 1);
        CHECK(frontend.leaders[0].term == 3);
        CHECK(frontend.leaders[0].slot == 0);
    }
}

TEST_CASE_METHOD(GateTest, "a new leader writes when the leases of its predecessor have run out",
                 "[roles][gate]") {
    gate_.leading(3, 5);
    const auto passed = prepare({sell(1)});
    CHECK_FALSE(passes(passed, config_.timings.lease));
    CHECK(passes(passed, config_.timings.drift_margin));
    CHECK(frontends_[0].told.empty()); // it is registered with nobody
}

TEST_CASE_METHOD(GateTest, "a new leader writes when every frontend has come over and dropped the keys",
                 "[roles][gate]") {
    gate_.leading(3, 5);
    const auto passed = prepare({sell(1)});
    scheduler_.run_for(milliseconds(50));
    REQUIRE(ask(0, 2));
    CHECK_FALSE(passes(passed, milliseconds(50)));
    REQUIRE(ask(1, 2));
    CHECK(passes(passed, milliseconds(10)));
    CHECK(frontends_[0].told.size() == 1);
    CHECK(frontends_[1].told.size() == 1);
}

TEST_CASE_METHOD(GateTest, "a frontend that cannot acknowledge yet is asked again", "[roles][gate]") {
    lead_with_registered_frontends();
    frontends_[1].refusals = 3;
    const auto passed = prepare({sell(1)});
    CHECK(passes(passed, milliseconds(100)));
    CHECK(frontends_[0].told.size() == 1);
    CHECK(frontends_[1].told.size() == 1);
}

TEST_CASE_METHOD(GateTest, "an answer of another life of the frontend counts for nothing", "[roles][gate]") {
    lead_with_registered_frontends();
    frontends_[0].session = 999;
    const auto passed = prepare({sell(1)});
    CHECK_FALSE(passes(passed, milliseconds(500)));
    CHECK(passes(passed, config_.timings.lease));
}

TEST_CASE_METHOD(GateTest, "a frontend that is cut off delays writes once, by at most its lease",
                 "[roles][gate]") {
    lead_with_registered_frontends();
    network_.cut(endpoints_[0], {"catalog", 1});
    scheduler_.run_for(milliseconds(100));
    REQUIRE(ask(1, 3));
    const auto first = prepare({sell(1)}, 6);
    CHECK_FALSE(passes(first, config_.timings.lease - milliseconds(150)));
    CHECK(passes(first, milliseconds(100)));
    REQUIRE(ask(1, 3));
    const auto second = prepare({sell(1)}, 7);
    CHECK(passes(second, milliseconds(10)));
    CHECK(frontends_[1].told.size() == 2);
}

TEST_CASE_METHOD(GateTest, "who registers while a batch waits gets a fence that covers it", "[roles][gate]") {
    gate_.leading(3, 5);
    scheduler_.run_for(base::seconds(2));
    REQUIRE(ask(0));
    network_.cut(endpoints_[0], {"catalog", 1});
    const auto passed = prepare({sell(1)}, 6);
    scheduler_.run_for(milliseconds(100));
    const auto grant = ask(1, 0, 5);
    REQUIRE(grant);
    CHECK(grant->fence == 6);
    CHECK_FALSE(*passed);
}

TEST_CASE_METHOD(GateTest, "a batch whose leader is deposed never passes", "[roles][gate]") {
    lead_with_registered_frontends();
    const auto lost = prepare({sell(1)}, 6);
    gate_.not_leading();
    CHECK_FALSE(passes(lost, base::seconds(5)));
    CHECK(ask(0).error() == Errc::not_leader);

    gate_.leading(9, 5);
    scheduler_.run_for(base::seconds(2));
    CHECK(*prepare({sell(1)}, 6));
    CHECK_FALSE(*lost);
}

TEST_CASE_METHOD(GateTest, "leases are for configured frontends, from a leader that is sure of itself",
                 "[roles][gate]") {
    CHECK(ask(0).error() == Errc::not_leader);
    gate_.leading(3, 5);
    CHECK(ask(2).error() == Errc::invalid_argument);
    CHECK(gate_.ask({0, 100, 0}, 5, scheduler_.now()).error() == Errc::not_leader);
    const auto grant = ask(0);
    REQUIRE(grant);
    CHECK(grant->term == 3);
    CHECK(grant->fence == 5);
    CHECK(grant->duration_us == 1'000'000);
}

TEST_CASE_METHOD(GateTest, "a batch that touches very much is announced in several messages",
                 "[roles][gate]") {
    lead_with_registered_frontends();
    std::vector<shop::CatalogCommand> batch;
    for (std::uint64_t item = 1'000'000; item < 1'100'000; item += 100) {
        shop::Sell sale{"k", {}, base::WallTime{0}};
        for (std::uint64_t i = 0; i < 100; ++i)
            sale.lines.push_back({shop::ItemId{item + i}, 1});
        batch.emplace_back(std::move(sale));
    }
    REQUIRE(passes(prepare(batch), milliseconds(20)));
    REQUIRE(frontends_[0].told.size() == 2);
    CHECK(frontends_[0].told[0].tags.size() + frontends_[0].told[1].tags.size() == 100'001); // and "new"
}

} // namespace
} // namespace bookstore::roles::catalog
