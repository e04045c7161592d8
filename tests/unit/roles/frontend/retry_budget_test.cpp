#include <catch2/catch.hpp>

#include "roles/frontend/retry_budget.hpp"

using bookstore::roles::frontend::RetryBudget;

TEST_CASE("the reserve is for the moment in which a replica dies", "[frontend][retry]") {
    RetryBudget budget(3, 0.5);
    CHECK((budget.take() && budget.take() && budget.take()));
    CHECK_FALSE(budget.take());
}

TEST_CASE("successes earn retries, up to the reserve", "[frontend][retry]") {
    RetryBudget budget(1, 0.5);
    REQUIRE(budget.take());
    budget.succeeded();
    CHECK_FALSE(budget.take());
    budget.succeeded();
    CHECK(budget.take());
    for (int i = 0; i < 100; ++i)
        budget.succeeded();
    CHECK(budget.take());
    CHECK_FALSE(budget.take());
}
