#include <bookstore/cluster/group.hpp>

#include <catch2/catch.hpp>

namespace bookstore::cluster {
namespace {

Config cluster(unsigned catalogs, unsigned orders, unsigned frontends) {
    Config config;
    std::uint16_t port = 1;
    for (const auto& [role, count] : {std::pair{Role::catalog, catalogs}, std::pair{Role::order, orders},
                                      std::pair{Role::frontend, frontends}})
        for (unsigned id = 0; id < count; ++id)
            config.replicas[static_cast<std::size_t>(role)].push_back({"127.0.0.1", port++});
    return config;
}

TEST_CASE("an odd group is its replicas, an even one has a tie-breaker at frontend 0", "[cluster][group]") {
    const Config config = cluster(3, 2, 2); // ports 1-3, 4-5, 6-7
    const Group catalogs = group_of(config, Role::catalog);
    CHECK(catalogs.name() == "catalog");
    CHECK(catalogs.slots.size() == 3);
    CHECK_FALSE(catalogs.has_tie_breaker());

    const Group orders = group_of(config, Role::order);
    REQUIRE(orders.slots.size() == 3);
    CHECK(orders.has_tie_breaker());
    CHECK(orders.slots[1].endpoint.port == 5);
    CHECK_FALSE(orders.slots[1].tie_breaker);
    CHECK(orders.slots[2].endpoint.port == 6);
}

TEST_CASE("one replica alone is a group of one", "[cluster][group]") {
    const Group group = group_of(cluster(1, 1, 1), Role::order);
    CHECK(group.slots.size() == 1);
    CHECK_FALSE(group.has_tie_breaker());
}

TEST_CASE("each process knows its slot", "[cluster][group]") {
    Config config = cluster(3, 2, 2);
    const Group catalogs = group_of(config, Role::catalog), orders = group_of(config, Role::order);
    const auto slots = [&](Role role, unsigned id) {
        config.role = role;
        config.id = id;
        return std::pair{slot_of(config, catalogs), slot_of(config, orders)};
    };
    CHECK(slots(Role::catalog, 2) == std::pair{2, -1});
    CHECK(slots(Role::order, 1) == std::pair{-1, 1});
    CHECK(slots(Role::frontend, 0) == std::pair{-1, 2}); // the tie-breaker's, of the even group only
    CHECK(slots(Role::frontend, 1) == std::pair{-1, -1});
}

} // namespace
} // namespace bookstore::cluster
