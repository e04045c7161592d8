#include "roles/order/purchase_service.hpp"

#include <catch2/catch.hpp>

#include <bookstore/net/loop.hpp>
#include <bookstore/shop/default_catalog.hpp>
#include <bookstore/shop/order_state.hpp>

#include "support/catch_result.hpp"
#include "support/virtual_scheduler.hpp"

namespace bookstore::roles::order {
namespace {

using base::Errc;
using base::milliseconds;
using boost::asio::awaitable;
using Answer = base::result<PurchaseAnswer>;
using Result = PurchaseAnswer::Result;

/// Both groups as plain state machines, a few milliseconds away, that can be made to fail.
class PurchaseTest {
protected:
    PurchaseTest() { shelf_.apply(shop::CatalogCommand{shop::Stock{0, true, shop::default_catalog()}}); }

    PurchasePorts ports() {
        return {
            [this](std::string_view key) { return find_ ? book_.find_key(key) : std::nullopt; },
            [this](shop::Sell sale, base::TimePoint deadline) { return sell(std::move(sale), deadline); },
            [this](shop::Record entry, base::TimePoint deadline) {
                return record(std::move(entry), deadline);
            },
        };
    }
    awaitable<base::result<SaleAnswer>> sell(shop::Sell sale, base::TimePoint deadline) {
        ++sells_;
        co_await net::sleep_until(scheduler_, scheduler_.now() + milliseconds(2));
        if (sell_failure_) co_return *sell_failure_;
        const shop::CatalogCommand command = std::move(sale);
        if (lose_sale_) {
            shelf_.apply(command);
            co_await net::sleep_until(scheduler_, deadline);
            co_return Errc::timed_out;
        }
        SaleAnswer answer{shelf_.apply(command), milliseconds(1)};
        co_return answer;
    }
    awaitable<base::result<shop::OrderOutcome>> record(shop::Record entry, base::TimePoint) {
        ++records_;
        co_await net::sleep_until(scheduler_, scheduler_.now() + milliseconds(2));
        if (record_failures_ > 0) {
            --record_failures_;
            co_return record_failure_;
        }
        const shop::OrderCommand command = std::move(entry);
        co_return book_.apply(command);
    }

    std::shared_ptr<std::optional<Answer>> start(const std::string& key, std::vector<shop::Line> lines,
                                                 base::Duration time = base::seconds(3)) {
        return test::begin(scheduler_,
                           service_.purchase(Purchase{key, std::move(lines)}, scheduler_.now() + time));
    }
    Answer finish(const std::shared_ptr<std::optional<Answer>>& call) {
        REQUIRE(scheduler_.run_until([&] { return call->has_value(); }, base::seconds(10)));
        return **call;
    }
    Answer buy(const std::string& key, std::vector<shop::Line> lines) {
        return finish(start(key, std::move(lines)));
    }
    std::int64_t stock(std::uint64_t item) const { return shelf_.find(shop::ItemId{item})->stock; }
    static shop::Line line(std::uint64_t item, std::int64_t quantity = 1) {
        return {shop::ItemId{item}, quantity};
    }

    test::VirtualScheduler scheduler_;
    base::Metrics metrics_;
    shop::CatalogState shelf_;
    shop::OrderState book_;
    unsigned sells_ = 0, records_ = 0, record_failures_ = 0;
    Errc record_failure_ = Errc::not_leader;
    std::optional<Errc> sell_failure_;
    bool lose_sale_ = false;
    bool find_ = true; ///< false: this replica's book trails the group's
    PurchaseService service_{scheduler_, ports(), metrics_};
};

TEST_CASE_METHOD(PurchaseTest, "a purchase is taken from the shelf and written into the book",
                 "[roles][purchase]") {
    const Answer answer = buy("k", {line(1, 2), line(4)});
    REQUIRE(answer);
    CHECK(answer->result == Result::bought);
    CHECK(answer->order.number == shop::OrderNumber{1});
    CHECK(answer->order.key == "k");
    CHECK(answer->order.total == 600);
    CHECK(stock(1) == 3);
    CHECK(stock(4) == 4);
}

TEST_CASE_METHOD(PurchaseTest, "the same key gets the same order, and nothing is sold again",
                 "[roles][purchase]") {
    const Answer first = buy("k", {line(1)});
    find_ = GENERATE(true, false); // known in the book, or only to the groups
    const Answer second = buy("k", {line(1)});
    REQUIRE(second);
    CHECK(second->order == first->order);
    CHECK(stock(1) == 4);
    CHECK(sells_ == (find_ ? 1 : 2));
}

TEST_CASE_METHOD(PurchaseTest, "the same key with another content is refused", "[roles][purchase]") {
    REQUIRE(buy("k", {line(1)}));
    find_ = GENERATE(true, false);
    const std::vector<std::vector<shop::Line>> others{{line(1, 2)}, {line(2)}, {line(1), line(2)}};
    for (const auto& lines : others) {
        const Answer answer = buy("k", lines);
        REQUIRE(answer);
        CHECK(answer->result == Result::key_reused);
    }
    CHECK(stock(1) == 4);
    CHECK(stock(2) == 5);
}

TEST_CASE_METHOD(PurchaseTest, "calls with one key at the same moment are one purchase",
                 "[roles][purchase]") {
    std::vector<std::shared_ptr<std::optional<Answer>>> calls;
    for (unsigned i = 0; i < 100; ++i)
        calls.push_back(start("k", {line(1)}));
    scheduler_.run_for(milliseconds(1));
    CHECK(service_.in_flight() == 100);
    for (const auto& call : calls) {
        const Answer answer = finish(call);
        REQUIRE(answer);
        CHECK(answer->order.number == shop::OrderNumber{1});
    }
    CHECK(sells_ == 1);
    CHECK(service_.in_flight() == 0);
    CHECK(stock(1) == 4);
}

TEST_CASE_METHOD(PurchaseTest, "another content at the same moment waits and is refused",
                 "[roles][purchase]") {
    const auto first = start("k", {line(1)});
    const auto second = start("k", {line(2)});
    CHECK(finish(first)->result == Result::bought);
    CHECK(finish(second)->result == Result::key_reused);
    CHECK(stock(2) == 5);
}

TEST_CASE_METHOD(PurchaseTest, "what the catalog refuses is an answer", "[roles][purchase]") {
    const Answer short_of = buy("a", {line(1, 6), line(2, 1)});
    REQUIRE(short_of);
    CHECK(short_of->result == Result::out_of_stock);
    CHECK(short_of->shortages == std::vector<shop::Shortage>{{shop::ItemId{1}, 5}});
    const Answer unknown = buy("b", {line(99)});
    REQUIRE(unknown);
    CHECK(unknown->result == Result::unknown_item);
    CHECK(unknown->item == 99);
    CHECK(records_ == 0);
}

TEST_CASE_METHOD(PurchaseTest, "a sale is recorded as soon as the group can", "[roles][purchase]") {
    record_failures_ = 5;
    record_failure_ =
        GENERATE(Errc::not_leader, Errc::not_ready, Errc::outcome_unknown, Errc::connection_lost);
    const Answer answer = buy("k", {line(1)});
    REQUIRE(answer);
    CHECK(answer->result == Result::bought);
    CHECK(sells_ == 1);
    CHECK(records_ == 6);
}

TEST_CASE_METHOD(PurchaseTest,
                 "copies that are gone without an order are an unknown outcome, never a refusal",
                 "[roles][purchase]") {
    record_failures_ = 1'000;
    const Answer answer = buy("k", {line(1)});
    CHECK(answer.error() == Errc::outcome_unknown);
    CHECK(stock(1) == 4);

    record_failures_ = 0;
    const Answer repeated = buy("k", {line(1)});
    REQUIRE(repeated);
    CHECK(repeated->order.number == shop::OrderNumber{1});
    CHECK(stock(1) == 4);
}

TEST_CASE_METHOD(PurchaseTest, "a replica that is shutting down gives a sale back at once",
                 "[roles][purchase]") {
    record_failures_ = 1'000;
    record_failure_ = Errc::stopping;
    const auto before = scheduler_.now();
    CHECK(buy("k", {line(1)}).error() == Errc::outcome_unknown);
    CHECK(scheduler_.now() - before < milliseconds(50));
}

TEST_CASE_METHOD(PurchaseTest, "who has time left flies on when a shared flight had none",
                 "[roles][purchase]") {
    lose_sale_ = true;
    const auto hurried = start("k", {line(1)}, milliseconds(100));
    const auto patient = start("k", {line(1)}, base::seconds(3));
    CHECK(finish(hurried).error() == Errc::timed_out);
    lose_sale_ = false;
    const Answer answer = finish(patient);
    REQUIRE(answer);
    CHECK(answer->result == Result::bought);
    CHECK(stock(1) == 4);
}

TEST_CASE_METHOD(PurchaseTest, "a passenger leaves at its own deadline", "[roles][purchase]") {
    lose_sale_ = true;
    const auto patient = start("k", {line(1)}, base::seconds(3));
    const auto hurried = start("k", {line(1)}, milliseconds(100));
    const auto before = scheduler_.now();
    CHECK(finish(hurried).error() == Errc::timed_out);
    CHECK(scheduler_.now() - before < milliseconds(150));
    CHECK(finish(patient).error() == Errc::timed_out);
}

TEST_CASE_METHOD(PurchaseTest, "the catalog's failure is passed on as it is", "[roles][purchase]") {
    sell_failure_ = GENERATE(Errc::not_ready, Errc::unreachable, Errc::timed_out);
    CHECK(buy("k", {line(1)}).error() == *sell_failure_);
    CHECK(records_ == 0);
}

TEST_CASE_METHOD(PurchaseTest, "a purchase that no frontend lets through is refused here too",
                 "[roles][purchase]") {
    CHECK(buy("", {line(1)}).error() == Errc::invalid_argument);
    CHECK(buy("k", {}).error() == Errc::invalid_argument);
    CHECK(buy("k", {line(1, 0)}).error() == Errc::invalid_argument);
    CHECK(sells_ == 0);
}

TEST_CASE_METHOD(PurchaseTest, "purchases beyond the bound are refused, and nobody else suffers",
                 "[roles][purchase]") {
    std::vector<std::shared_ptr<std::optional<Answer>>> calls;
    for (std::size_t i = 0; i < Admission::at_first; ++i)
        calls.push_back(start("k" + std::to_string(i), {line(99)}));
    scheduler_.run_for(milliseconds(1));
    CHECK(finish(start("one-more", {line(1)})).error() == Errc::overloaded);
    for (const auto& call : calls)
        CHECK(finish(call)->result == Result::unknown_item);
    CHECK(buy("later", {line(1)})->result == Result::bought);
}

} // namespace
} // namespace bookstore::roles::order
