#include <catch2/catch.hpp>

#include <bookstore/base/limits.hpp>
#include <bookstore/shop/order.hpp>

namespace bookstore::shop {
namespace {

namespace limits = base::limits;

TEST_CASE("lines that may be ordered", "[shop][order]") {
    const auto most = static_cast<std::int64_t>(limits::quantity_max);
    CHECK(!problem_with(std::vector<Line>{{ItemId{1}, 1}}));
    CHECK(!problem_with(std::vector<Line>{{ItemId{2}, most}, {ItemId{1}, 1}}));
    CHECK(!problem_with(std::vector<Line>{{ItemId{item_number_max}, 1}}));

    std::vector<Line> full;
    for (std::uint64_t i = 1; i <= limits::lines_per_order_max; ++i)
        full.push_back({ItemId{i}, 1});
    CHECK(!problem_with(full));
    full.push_back({ItemId{full.size() + 1}, 1});
    CHECK(problem_with(full) == "an order must not have more than 100 lines");
}

TEST_CASE("lines that may not", "[shop][order]") {
    const auto most = static_cast<std::int64_t>(limits::quantity_max);
    CHECK(problem_with(std::vector<Line>{}) == "an order must have at least one line");
    CHECK(problem_with(std::vector<Line>{{ItemId{0}, 1}}));
    CHECK(problem_with(std::vector<Line>{{ItemId{item_number_max + 1}, 1}}));
    CHECK(problem_with(std::vector<Line>{{ItemId{1}, 0}}) == "a quantity must be from 1 to 1000000");
    CHECK(problem_with(std::vector<Line>{{ItemId{1}, -1}}));
    CHECK(problem_with(std::vector<Line>{{ItemId{1}, most + 1}}));
    CHECK(problem_with(std::vector<Line>{{ItemId{3}, 1}, {ItemId{1}, 1}, {ItemId{3}, 2}}) ==
          "item 3 must not be on more than one line");
}

TEST_CASE("an idempotency key is 1 to 255 visible ASCII characters", "[shop][order]") {
    CHECK(is_idempotency_key("!"));
    CHECK(is_idempotency_key("~"));
    CHECK(is_idempotency_key(std::string(255, 'k')));
    CHECK_FALSE(is_idempotency_key(""));
    CHECK_FALSE(is_idempotency_key(std::string(256, 'k')));
    CHECK_FALSE(is_idempotency_key("a key"));
    CHECK_FALSE(is_idempotency_key("tab\t"));
    CHECK_FALSE(is_idempotency_key("del\x7f"));
    CHECK_FALSE(is_idempotency_key("caf\xc3\xa9"));
    CHECK_FALSE(is_idempotency_key(std::string_view("nul\0", 4)));
}

TEST_CASE("the total of the largest order fits", "[shop][order]") {
    const SoldLine dearest{ItemId{1}, "t", static_cast<std::int64_t>(limits::quantity_max), amount_max};
    const std::vector<SoldLine> lines(limits::lines_per_order_max, dearest);
    CHECK(total_of(lines) == 1'000'000'000'000'000'000);
    CHECK(total_of({{ItemId{1}, "a", 2, 100}, {ItemId{2}, "b", 1, 50}}) == 250);
}

} // namespace
} // namespace bookstore::shop
