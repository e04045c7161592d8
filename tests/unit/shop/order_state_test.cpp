#include <catch2/catch.hpp>

#include <memory>
#include <stdexcept>

#include <bookstore/base/random.hpp>
#include <bookstore/shop/order_state.hpp>

#include "unit/shop/stored_rows.hpp"

namespace bookstore::shop {
namespace {

constexpr std::uint8_t orders = 0;
constexpr base::WallTime noon{1'700'000'000'000};
constexpr std::int64_t noon_ms = 1'700'000'000'000;

using base::Row;

const std::vector<SoldLine> two_lines{{ItemId{2}, "RPCs for Dummies", 2, 200}, {ItemId{7}, "Spring", 1, 400}};

Record record(std::string key, std::vector<SoldLine> lines = two_lines) {
    const std::int64_t total = total_of(lines);
    return {std::move(key), noon, std::move(lines), total};
}

std::uint64_t number_of(const OrderOutcome& outcome) {
    return number(std::get<Recorded>(outcome).order.number);
}

TEST_CASE("orders are numbered from one without gaps, once per key", "[shop][order]") {
    OrderState book;
    CHECK(book.last_number() == OrderNumber{0});
    const Order first{OrderNumber{1}, "a", noon, two_lines, 800};
    CHECK(book.apply(record("a")) == OrderOutcome{Recorded{first}});
    CHECK(number_of(book.apply(record("b"))) == 2);
    CHECK(book.apply(record("a")) == OrderOutcome{Recorded{first}});
    CHECK(book.apply(record("a", {two_lines[0]})) == OrderOutcome{RecordConflict{}});
    CHECK(number_of(book.apply(record("c"))) == 3);
    CHECK(book.last_number() == OrderNumber{3});

    CHECK(book.find(OrderNumber{1}) == first);
    CHECK(book.find_key("a") == first);
    CHECK(book.has_key("a"));
    CHECK_FALSE(book.find(OrderNumber{0}));
    CHECK_FALSE(book.find(OrderNumber{4}));
    CHECK_FALSE(book.find_key("d"));
    CHECK_FALSE(book.has_key("d"));
    book.check_invariants();
}

TEST_CASE("what should never have been proposed is not recorded", "[shop][order]") {
    OrderState book;
    const OrderOutcome refused{OrderUnintelligible{}};
    CHECK(book.apply(record("")) == refused);
    CHECK(book.apply(record("k", {})) == refused);
    CHECK(book.apply(record("k", {{ItemId{1}, "T", 0, 1}})) == refused);
    CHECK(book.apply(record("k", {{ItemId{1}, "T", 1, -1}})) == refused);
    CHECK(book.apply(record("k", {{ItemId{1}, "", 1, 1}})) == refused);
    Record miscounted = record("k");
    miscounted.total += 1;
    CHECK(book.apply(miscounted) == refused);
    CHECK(decode_order_outcome(book.apply("\xffnonsense", 7)).value() == refused);
    CHECK(book.last_number() == OrderNumber{0});
    CHECK(book.digest() == 0);
}

TEST_CASE("an order is unsettled until the catalog has been told", "[shop][order]") {
    OrderState book;
    for (const char* key : {"c", "a", "b"})
        book.apply(record(key));
    using Keys = std::vector<std::string>;
    CHECK(book.unsettled(10) == Keys{"c", "a", "b"});
    CHECK(book.unsettled(2) == Keys{"c", "a"});
    CHECK(book.apply(Settled{{"a", "never heard of", "a"}}) == OrderOutcome{SettledDone{}});
    CHECK(book.unsettled(10) == Keys{"c", "b"});
    CHECK(number_of(book.apply(record("a"))) == 2); // settled, not forgotten
    book.check_invariants();
}

TEST_CASE("order rows are what an operator wants to read", "[shop][order][rows]") {
    OrderState book;
    test::StoredRows rows;
    for (int i = 1; i <= 17; ++i)
        book.apply(record("k" + std::to_string(i)));
    rows.apply(book.take_changes());
    const std::string lines = "2 x 2 @ 200 RPCs for Dummies\n7 x 1 @ 400 Spring";
    CHECK(rows.row(orders, 17) == Row{17, "k17", noon_ms, 800, 0, lines});
    CHECK(rows.size() == 17);

    book.apply(Settled{{"k17", "k1"}});
    CHECK(book.changed_rows() == 2);
    rows.apply(book.take_changes());
    CHECK(rows.row(orders, 17) == Row{17, "k17", noon_ms, 800, 1, lines});
    CHECK(rows.size() == 17);
    CHECK(book.take_changes().empty());
    CHECK(book.changed_rows() == 0);
}

TEST_CASE("order rows that cannot be, or leave a gap, are refused", "[shop][order][rows]") {
    OrderState book;
    const auto refused = [&](std::uint8_t table, Row row) {
        CHECK_THROWS_AS(book.load(table, row), std::runtime_error);
    };
    const std::string line = "1 x 1 @ 1 T";
    refused(orders, {2, "k", 0, 1, 0, line}); // a gap
    refused(orders, {0, "k", 0, 1, 0, line});
    refused(orders, {1, "k k", 0, 1, 0, line});
    refused(orders, {1, "k", 0, 1, 2, line});
    refused(orders, {1, "k", 0, 1, 0});
    refused(orders, {1, "k", 0, 1, 0, ""});
    refused(orders, {1, "k", 0, 1, 0, "01 x 1 @ 1 T"});
    refused(orders, {1, "k", 0, 0, 0, "1 x 0 @ 1 T"});
    refused(orders, {1, "k", 0, -1, 0, "1 x 1 @ -1 T"});
    refused(orders, {1, "k", 0, 2, 0, line}); // not what the lines add up to
    refused(1, {1});
    CHECK(book.digest() == 0);
    book.load(orders, {1, "k", 0, 1, 0, line});
    refused(orders, {2, "k", 0, 1, 0, line}); // the key is there
    refused(orders, {3, "l", 0, 1, 0, line});
    book.check_invariants();
}

/// Few keys, so that they come again.
OrderCommand random_command(base::Random& dice) {
    const auto key = [&] { return "key-" + std::to_string(dice.below(150)); };
    if (dice.below(4) == 0) return Settled{{key(), key(), key()}};
    std::vector<SoldLine> lines;
    const std::uint64_t first = 1 + dice.below(3);
    for (std::uint64_t i = 0; i <= dice.below(3); ++i)
        lines.push_back({ItemId{first + i}, "Title", static_cast<std::int64_t>(dice.below(20)), 5});
    return record(key(), lines);
}

TEST_CASE("order books that apply the same commands agree, reloaded or not", "[shop][order][property]") {
    const auto seed = GENERATE(range<std::uint64_t>(1, 21));
    CAPTURE(seed);
    base::Random dice(seed);
    OrderState steady;
    auto restarted = std::make_unique<OrderState>();
    test::StoredRows rows;
    std::uint64_t last = 0;

    for (std::uint64_t version = 1; version <= 500; ++version) {
        const std::string command = encode(random_command(dice));
        const std::string outcome = steady.apply(command, version);
        REQUIRE(restarted->apply(command, version) == outcome);
        REQUIRE(steady.digest() == restarted->digest());
        const std::uint64_t now_last = number(steady.last_number());
        REQUIRE((now_last == last || now_last == last + 1));
        last = now_last;

        if (dice.below(7) == 0) rows.apply(restarted->take_changes());
        if (dice.below(40) == 0) {
            rows.apply(restarted->take_changes());
            restarted = std::make_unique<OrderState>();
            rows.load_into(*restarted);
            REQUIRE(steady.digest() == restarted->digest());
            REQUIRE(steady.unsettled(1000) == restarted->unsettled(1000));
            REQUIRE(restarted->take_changes().empty());
        }
        if (version % 50 == 0) {
            steady.check_invariants();
            restarted->check_invariants();
        }
    }
    CHECK(last > 50);
}

} // namespace
} // namespace bookstore::shop
