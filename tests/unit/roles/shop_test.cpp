#include "unit/roles/shop_cluster.hpp"

#include <limits>
#include <set>

#include "support/catch_result.hpp"

namespace bookstore::roles {
namespace {

using base::Errc;
using cluster::Role;
using Result = PurchaseAnswer::Result;

shop::Line line(std::uint64_t item, std::int64_t quantity = 1) {
    return {shop::ItemId{item}, quantity};
}

/// As an order replica would, but without going on to record what it has sold.
base::result<shop::CatalogOutcome> sell_only(ShopCluster& shop, const std::string& key,
                                             std::vector<shop::Line> lines,
                                             std::int64_t wall_clock_wrong_by_ms = 0) {
    const base::WallTime at{static_cast<std::int64_t>(shop.scheduler.wall_now()) + wall_clock_wrong_by_ms};
    const std::string sale = encode(shop::CatalogCommand{shop::Sell{key, std::move(lines), at}});
    const auto applied = shop.propose_to_catalog({sale});
    if (!applied) return applied.error();
    return shop::decode_catalog_outcome(applied->outcomes.front());
}

std::vector<UnsettledAnswer::Sale> unsettled(ShopCluster& shop) {
    constexpr auto any_version = std::numeric_limits<std::uint64_t>::max();
    const auto answer = shop.call<UnsettledAnswer>(shop.endpoint(Role::catalog, 0), method::unsettled,
                                                   encode(UnsettledRequest{any_version, 100}));
    REQUIRE(answer);
    return answer->sales;
}

std::optional<shop::Order> find(ShopCluster& shop, unsigned replica, std::uint64_t number) {
    const auto answer = shop.call<FindOrderAnswer>(shop.endpoint(Role::order, replica), method::find_order,
                                                   encode(FindOrderRequest{number}));
    REQUIRE(answer);
    return answer->order;
}

TEST_CASE("a new shop opens, sells, and both sides agree", "[roles][shop]") {
    ShopCluster shop(1, 1);
    REQUIRE(shop.run_until_ready());
    const auto answer = shop.buy(0, "k", {line(1, 2), line(4)});
    REQUIRE(answer);
    CHECK(answer->result == Result::bought);
    CHECK(answer->order.number == shop::OrderNumber{1});
    CHECK(find(shop, 0, 1) == answer->order);
    CHECK_FALSE(find(shop, 0, 2));

    CHECK(unsettled(shop).size() == 1);
    shop.scheduler.run_for(base::seconds(2));
    CHECK(unsettled(shop).empty());
}

TEST_CASE("a sale whose order replica died is recorded by the order leader", "[roles][shop]") {
    ShopCluster shop(1, 1);
    REQUIRE(shop.run_until_ready());
    const auto sold = sell_only(shop, "orphan", {line(2, 3)});
    REQUIRE(sold);
    REQUIRE(std::holds_alternative<shop::Sold>(*sold));
    CHECK_FALSE(find(shop, 0, 1));

    shop.scheduler.run_for(base::seconds(8));
    const auto order = find(shop, 0, 1);
    REQUIRE(order);
    CHECK(order->key == "orphan");
    CHECK(order->at == std::get<shop::Sold>(*sold).at);
    CHECK(order->total == 600);
    CHECK(unsettled(shop).empty());

    SECTION("and the buyer who asks again gets that order") {
        const auto again = shop.buy(0, "orphan", {line(2, 3)});
        REQUIRE(again);
        CHECK(again->order == *order);
    }
}

TEST_CASE("a sale made under a clock that is years wrong is recorded as soon as any other", "[roles][shop]") {
    constexpr std::int64_t year_ms = 365LL * 24 * 3'600 * 1'000;
    const std::int64_t wrong_by_ms = GENERATE(-3 * year_ms, 3 * year_ms);
    ShopCluster shop(1, 1);
    REQUIRE(shop.run_until_ready());
    REQUIRE(std::holds_alternative<shop::Sold>(sell_only(shop, "orphan", {line(2, 3)}, wrong_by_ms).value()));
    shop.scheduler.run_for(base::seconds(4));
    CHECK_FALSE(find(shop, 0, 1)); // whoever sold it may still be about to record it
    shop.scheduler.run_for(base::seconds(4));
    const auto order = find(shop, 0, 1);
    REQUIRE(order);
    CHECK(order->key == "orphan");
}

TEST_CASE("settled and refused sales are forgotten after their time, orders never", "[roles][shop]") {
    ShopCluster shop(1, 1, base::seconds(60));
    REQUIRE(shop.run_until_ready());
    REQUIRE(shop.buy(0, "k", {line(1)}));
    REQUIRE(std::holds_alternative<shop::OutOfStock>(sell_only(shop, "refused", {line(2, 6)}).value()));
    shop.scheduler.run_for(base::seconds(30));
    CHECK(std::holds_alternative<shop::KeyReused>(sell_only(shop, "refused", {line(2)}).value()));

    shop.scheduler.run_for(base::seconds(40));
    CHECK(std::holds_alternative<shop::Sold>(sell_only(shop, "refused", {line(2)}).value()));
    CHECK(shop.buy(0, "k", {line(1)})->order.number == shop::OrderNumber{1});
}

TEST_CASE("how long a key is remembered is for no wall clock to say", "[roles][shop]") {
    constexpr std::int64_t year_ms = 365LL * 24 * 3'600 * 1'000;
    const std::int64_t wrong_by_ms = GENERATE(-3 * year_ms, 3 * year_ms);
    ShopCluster shop(1, 1, base::seconds(60));
    REQUIRE(shop.run_until_ready());
    const auto refused = sell_only(shop, "k", {line(2, 6)}, wrong_by_ms);
    REQUIRE(std::holds_alternative<shop::OutOfStock>(refused.value()));
    REQUIRE(std::holds_alternative<shop::Sold>(sell_only(shop, "s", {line(3)}, wrong_by_ms).value()));
    shop.scheduler.run_for(base::seconds(55));
    CHECK(std::holds_alternative<shop::KeyReused>(sell_only(shop, "k", {line(2)}).value()));
    CHECK(std::holds_alternative<shop::KeyReused>(sell_only(shop, "s", {line(4)}).value()));
    shop.scheduler.run_for(base::seconds(15));
    CHECK(std::holds_alternative<shop::Sold>(sell_only(shop, "k", {line(2)}).value()));
    CHECK(find(shop, 0, 1)->key == "s");
}

TEST_CASE("one key sent to every order replica at once is one order", "[roles][shop]") {
    ShopCluster shop(3, 3);
    REQUIRE(shop.run_until_ready());
    std::vector<std::shared_ptr<std::optional<base::result<std::string>>>> calls;
    const std::string request = encode(Purchases{{{"k", {line(1)}}}});
    for (unsigned i = 0; i < 99; ++i)
        calls.push_back(
            test::begin(shop.scheduler, shop.client.call(shop.endpoint(Role::order, i % 3), method::purchase,
                                                         request, shop.scheduler.now() + base::seconds(3))));
    shop.scheduler.run_for(base::seconds(4));
    for (const auto& call : calls) {
        REQUIRE(call->has_value());
        REQUIRE(**call);
        CHECK(decode<PurchaseAnswers>(***call)->answers.at(0)->order.number == shop::OrderNumber{1});
    }
    CHECK_FALSE(find(shop, 0, 2));
}

TEST_CASE("purchases survive the loss of any one replica of each group", "[roles][shop]") {
    const unsigned lost = GENERATE(0u, 1u, 2u);
    ShopCluster shop(3, 3);
    REQUIRE(shop.run_until_ready());
    const unsigned other = (lost + 1) % 3;
    REQUIRE(shop.buy(other, "before", {line(1)}));
    shop.cut_off(Role::catalog, lost);
    shop.cut_off(Role::order, lost);
    shop.scheduler.run_for(base::seconds(2));

    std::set<std::uint64_t> numbers;
    for (unsigned i = 0; i < 4; ++i) {
        const auto answer = shop.buy(other, "after" + std::to_string(i), {line(1)});
        REQUIRE(answer);
        REQUIRE(answer->result == Result::bought);
        numbers.insert(shop::number(answer->order.number));
    }
    CHECK(numbers == std::set<std::uint64_t>{2, 3, 4, 5});
    CHECK(shop.buy(other, "one-too-many", {line(1)})->result == Result::out_of_stock);
    CHECK(shop.buy((lost + 2) % 3, "before", {line(1)})->order.number == shop::OrderNumber{1});
}

TEST_CASE("two replicas and the tie-breakers of the frontend go on when one is lost", "[roles][shop]") {
    const unsigned lost = GENERATE(0u, 1u);
    ShopCluster shop(2, 2);
    REQUIRE(shop.nodes_of_frontend() == 2);
    REQUIRE(shop.run_until_ready());
    shop.cut_off(Role::catalog, lost);
    shop.cut_off(Role::order, lost);
    shop.scheduler.run_for(base::seconds(2));
    const auto answer = shop.buy(1 - lost, "k", {line(1)});
    REQUIRE(answer);
    CHECK(answer->result == Result::bought);
}

TEST_CASE("a replica without a majority says so and does not guess", "[roles][shop]") {
    ShopCluster shop(3, 3);
    REQUIRE(shop.run_until_ready());
    shop.cut_off(Role::order, 1);
    shop.cut_off(Role::order, 2);
    shop.scheduler.run_for(base::seconds(3));
    CHECK_FALSE(shop.node(Role::order, 0).readiness().ready);
    CHECK_FALSE(shop.buy(0, "k", {line(1)}));
}

TEST_CASE("a node that stops refuses new purchases and hands over", "[roles][shop]") {
    ShopCluster shop(1, 3);
    REQUIRE(shop.run_until_ready());
    const auto stopped = std::make_shared<bool>(false);
    boost::asio::co_spawn(shop.scheduler.executor(),
                          shop.node(Role::order, 0).stop(shop.scheduler.now() + base::seconds(8)),
                          [stopped](std::exception_ptr) { *stopped = true; });
    REQUIRE(shop.scheduler.run_until([&] { return *stopped; }, base::seconds(8)));
    CHECK(shop.buy(0, "k", {line(1)}).error() == Errc::stopping);
    CHECK(shop.buy(1, "k", {line(1)})->result == Result::bought);
}

} // namespace
} // namespace bookstore::roles
