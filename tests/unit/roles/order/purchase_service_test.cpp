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
            [this](std::vector<shop::Sell> sales, base::TimePoint deadline) {
                return sell(std::move(sales), deadline);
            },
            [this](Entries entries, base::TimePoint) { return record(std::move(entries)); },
        };
    }
    awaitable<base::result<SaleAnswers>> sell(std::vector<shop::Sell> sales, base::TimePoint deadline) {
        ++sells_;
        co_await net::sleep_until(scheduler_, scheduler_.now() + milliseconds(2));
        if (sell_failure_) co_return *sell_failure_;
        SaleAnswers answers{{}, milliseconds(1)};
        for (shop::Sell& sale : sales)
            answers.outcomes.push_back(shelf_.apply(shop::CatalogCommand(std::move(sale))));
        if (!lose_sale_) co_return answers;
        co_await net::sleep_until(scheduler_, deadline);
        co_return Errc::timed_out;
    }
    awaitable<base::result<std::vector<shop::OrderOutcome>>> record(Entries entries) {
        ++records_;
        co_await net::sleep_until(scheduler_, scheduler_.now() + milliseconds(2));
        if (record_failures_ > 0) {
            --record_failures_;
            co_return record_failure_;
        }
        std::vector<shop::OrderOutcome> outcomes;
        for (const shop::OrderCommand& entry : *entries)
            outcomes.push_back(book_.apply(entry));
        co_return outcomes;
    }

    using Call = std::shared_ptr<std::optional<std::vector<Answer>>>;
    Call start(std::vector<Purchase> purchases) {
        return test::begin(scheduler_,
                           service_.purchase(std::move(purchases), scheduler_.now() + base::seconds(3)));
    }
    Call start(const std::string& key, std::vector<shop::Line> lines) {
        return start({Purchase{key, std::move(lines)}});
    }
    std::vector<Answer> finish_all(const Call& call) {
        REQUIRE(scheduler_.run_until([&] { return call->has_value(); }, base::seconds(10)));
        return **call;
    }
    Answer finish(const Call& call) {
        const auto answers = finish_all(call);
        REQUIRE(answers.size() == 1);
        return answers.front();
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
    std::vector<Call> calls;
    for (unsigned i = 0; i < 100; ++i)
        calls.push_back(start("k", {line(1)}));
    scheduler_.run_for(milliseconds(1));
    CHECK(service_.in_flight() == 100);
    for (const auto& call : calls) {
        const Answer answer = finish(call);
        REQUIRE(answer);
        CHECK(answer->order.number == shop::OrderNumber{1});
    }
    CHECK(service_.in_flight() == 0);
    CHECK(stock(1) == 4);
    CHECK_FALSE(book_.find(shop::OrderNumber{2}));
}

TEST_CASE_METHOD(PurchaseTest, "another content at the same moment is refused", "[roles][purchase]") {
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

TEST_CASE_METHOD(PurchaseTest, "an answer of the catalog that is lost is an unknown outcome",
                 "[roles][purchase]") {
    lose_sale_ = true;
    CHECK(buy("k", {line(1)}).error() == Errc::timed_out);
    lose_sale_ = false;
    CHECK(buy("k", {line(1)})->result == Result::bought);
    CHECK(stock(1) == 4);
}

TEST_CASE_METHOD(PurchaseTest, "of those that travel together each has its own outcome, in one call",
                 "[roles][purchase]") {
    REQUIRE(buy("old", {line(1)}));
    REQUIRE(buy("other", {line(1)}));
    const auto answers = finish_all(start({{"old", {line(1)}},
                                           {"a", {line(2)}},
                                           {"", {line(2)}},
                                           {"short", {line(3, 6)}},
                                           {"a", {line(2)}},
                                           {"none", {line(99)}},
                                           {"other", {line(7)}},
                                           {"b", {line(4)}},
                                           {"a", {line(5)}}}));
    REQUIRE(answers.size() == 9);
    CHECK(answers[0]->order.number == shop::OrderNumber{1});
    CHECK(answers[1]->order.number == shop::OrderNumber{3});
    CHECK(answers[2].error() == Errc::invalid_argument);
    CHECK(answers[3]->result == Result::out_of_stock);
    CHECK(answers[3]->shortages == std::vector<shop::Shortage>{{shop::ItemId{3}, 5}});
    CHECK(answers[4]->order == answers[1]->order);
    CHECK(answers[5]->result == Result::unknown_item);
    CHECK(answers[6]->result == Result::key_reused);
    CHECK(answers[7]->order.number == shop::OrderNumber{4});
    CHECK(answers[8]->result == Result::key_reused);
    CHECK(stock(2) == 4);
    CHECK(stock(5) == 5);
    CHECK(sells_ == 3);
    CHECK(records_ == 3);
}

TEST_CASE_METHOD(PurchaseTest, "copies of some that cannot be recorded change nothing for who was refused",
                 "[roles][purchase]") {
    record_failures_ = 1'000;
    const auto answers = finish_all(start({{"a", {line(1)}}, {"short", {line(2, 6)}}, {"b", {line(3)}}}));
    CHECK(answers[0].error() == Errc::outcome_unknown);
    CHECK(answers[1]->result == Result::out_of_stock);
    CHECK(answers[2].error() == Errc::outcome_unknown);
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
    std::vector<Call> calls;
    for (std::size_t i = 0; i + 1 < Admission::at_first; ++i)
        calls.push_back(start("k" + std::to_string(i), {line(99)}));
    const auto last = start({{"fits", {line(1)}}, {"does-not", {line(1)}}});
    scheduler_.run_for(milliseconds(1));
    CHECK(finish(start("one-more", {line(1)})).error() == Errc::overloaded);
    for (const auto& call : calls)
        CHECK(finish(call)->result == Result::unknown_item);
    CHECK(finish_all(last)[0]->result == Result::bought);
    CHECK(finish_all(last)[1].error() == Errc::overloaded);
    CHECK(buy("later", {line(1)})->result == Result::bought);
}

} // namespace
} // namespace bookstore::roles::order
