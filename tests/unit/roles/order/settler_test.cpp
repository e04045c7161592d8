#include "unit/roles/shop_cluster.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "support/catch_result.hpp"

namespace bookstore::roles {
namespace {

using cluster::Role;

std::string key_of(std::size_t sale) {
    return "left" + std::to_string(sale);
}

/// Copies taken, and no order written: as a restored shop finds them that was backed up under load.
void leave_unsettled(ShopCluster& shop, std::size_t sales, std::uint64_t lines_each = 1) {
    constexpr std::int64_t delivery = 1'000'000;
    replication::Bundle commands;
    std::vector<shop::Line> lines;
    for (std::uint64_t item = 1; item <= lines_each; ++item) {
        commands.add(encode(shop::CatalogCommand{shop::Update{shop::ItemId{item}, delivery, std::nullopt}}));
        lines.push_back({shop::ItemId{item}, 1});
    }
    for (std::size_t i = 0; i < sales; ++i)
        commands.add(encode(shop::CatalogCommand{shop::Sell{key_of(i), lines, {}}}));
    REQUIRE(shop.propose_to_catalog(std::move(commands)));
}

UnsettledAnswer ask_unsettled(ShopCluster& shop, std::uint64_t limit) {
    constexpr auto any_version = std::numeric_limits<std::uint64_t>::max();
    const auto answer = shop.call<UnsettledAnswer>(shop.endpoint(Role::catalog, 0), method::unsettled,
                                                   encode(UnsettledRequest{any_version, limit}));
    REQUIRE(answer);
    return *answer;
}

std::optional<shop::Order> order(ShopCluster& shop, unsigned replica, std::uint64_t number) {
    const auto answer = shop.call<FindOrderAnswer>(shop.endpoint(Role::order, replica), method::find_order,
                                                   encode(FindOrderRequest{number}));
    REQUIRE(answer);
    return answer->order;
}

/// By then the settler does not leave them to their makers any longer.
void wait_for_first_order(ShopCluster& shop) {
    const auto until = shop.scheduler.now() + base::seconds(20);
    while (!order(shop, 0, 1)) {
        REQUIRE(shop.scheduler.now() < until);
        shop.scheduler.run_for(base::milliseconds(1));
    }
}

/// In the order in which they were made, each once.
void check_orders(ShopCluster& shop, unsigned replica, std::size_t sales) {
    for (const std::size_t i : {std::size_t{0}, sales / 2, sales - 1}) {
        const auto found = order(shop, replica, i + 1);
        REQUIRE(found);
        CHECK(found->key == key_of(i));
    }
    CHECK_FALSE(order(shop, replica, sales + 1));
}

TEST_CASE("thousands of sales that were left behind are recorded within a second", "[roles][settler]") {
    constexpr std::size_t sales = 3'000;
    ShopCluster shop(1, 1);
    REQUIRE(shop.run_until_ready());
    leave_unsettled(shop, sales);
    wait_for_first_order(shop);
    shop.scheduler.run_for(base::seconds(1));
    CHECK(ask_unsettled(shop, 1).sales.empty());
    check_orders(shop, 0, sales);
}

TEST_CASE("what a leader was recording when it was lost the next one records, once", "[roles][settler]") {
    constexpr std::size_t sales = 3'000;
    ShopCluster shop(1, 3);
    REQUIRE(shop.run_until_ready());
    leave_unsettled(shop, sales);
    wait_for_first_order(shop);
    CHECK_FALSE(order(shop, 0, sales));

    unsigned leader = 0;
    while (!shop.node(Role::order, leader).readiness().reason.starts_with("leader"))
        ++leader;
    shop.cut_off(Role::order, leader);
    shop.scheduler.run_for(base::seconds(10));
    CHECK(ask_unsettled(shop, 1).sales.empty());
    check_orders(shop, (leader + 1) % 3, sales);
}

TEST_CASE("one answer has no more unsettled sales than one proposal can record", "[roles][settler]") {
    ShopCluster shop(1, 1);
    REQUIRE(shop.run_until_ready());

    SECTION("in number") {
        leave_unsettled(shop, UnsettledAnswer::sales_max + 1);
        CHECK(ask_unsettled(shop, UnsettledAnswer::sales_max + 1).sales.size() == UnsettledAnswer::sales_max);
    }
    SECTION("in lines") {
        constexpr std::size_t lines_each = 3; // of which the limit is no multiple
        leave_unsettled(shop, UnsettledAnswer::lines_max / lines_each + 1, lines_each);
        CHECK(ask_unsettled(shop, UnsettledAnswer::sales_max).sales.size() ==
              UnsettledAnswer::lines_max / lines_each);
    }
}

} // namespace
} // namespace bookstore::roles
