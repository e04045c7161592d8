#include "roles/frontend/departures.hpp"
#include "roles/frontend/purchase_calls.hpp"

#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

#include "unit/roles/frontend/shop_fixture.hpp"

using namespace bookstore;
using namespace bookstore::roles;
using namespace bookstore::roles::frontend;
using namespace bookstore::roles::frontend::test;

namespace {

/// The calls of a frontend to order replicas that the test plays.
class CallsTest {
protected:
    using Answer = Rider::Answer;
    using Sent = std::shared_ptr<std::optional<Answer>>;

    struct Waiting final : Rider {
        using Rider::Rider;
        void arrived(const Answer& said) override { *answer = said; }
        const Sent answer = std::make_shared<std::optional<Answer>>();
    };

    ~CallsTest() {
        transport_.close();
        scheduler_.advance(seconds(10));
    }

    Sent send(const std::string& key, base::Duration time = seconds(1), std::size_t lines = 1,
              unsigned replica = 0) {
        const auto rider =
            std::make_shared<Waiting>(Purchase{key, std::vector<shop::Line>(lines, {shop::ItemId{1}, 1})});
        calls_.send(replica, rider, scheduler_.now() + time);
        return rider->answer;
    }
    std::vector<std::string> keys(std::size_t call) const {
        std::vector<std::string> keys;
        for (const Purchase& purchase : transport_.calls.at(call)->as<Purchases>().purchases)
            keys.push_back(purchase.key);
        return keys;
    }
    std::size_t calls() const { return transport_.calls.size(); }
    /// Each is answered with its key as the order's.
    void answer(std::size_t call) {
        PurchaseAnswers answers;
        for (const std::string& key : keys(call)) {
            PurchaseAnswer one;
            one.order.key = key;
            answers.answers.emplace_back(std::move(one));
        }
        answer(call, encode(answers));
    }
    void answer(std::size_t call, base::result<std::string> with) {
        transport_.calls.at(call)->answer.set(std::move(with));
        scheduler_.settle();
    }
    static bool bought(const Sent& sent, const std::string& key) {
        return sent->has_value() && **sent && (**sent)->order.key == key;
    }
    static bool failed(const Sent& sent, Errc why) { return sent->has_value() && (*sent)->error() == why; }

    boost::asio::io_context loop_;
    ManualScheduler scheduler_{loop_};
    base::Random random_{1};
    base::Metrics metrics_;
    FakeTransport transport_{scheduler_};
    const cluster::Config config_ = shop_config();
    const World world_{config_, loop_.get_executor(), scheduler_, random_, metrics_, transport_};
    PurchaseCalls calls_{world_};
};

using Keys = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(CallsTest, "purchases of one moment travel together, and each gets its own answer",
                 "[frontend][order]") {
    const auto a = send("a"), b = send("b"), c = send("c");
    scheduler_.settle();
    REQUIRE(calls() == 1);
    CHECK(keys(0) == Keys{"a", "b", "c"});
    PurchaseAnswer refused;
    refused.result = PurchaseAnswer::Result::out_of_stock;
    PurchaseAnswer bought;
    bought.order.key = "c";
    answer(0, encode(PurchaseAnswers{{refused, Errc::overloaded, bought}}));
    REQUIRE(a->has_value());
    CHECK((*a)->value().result == PurchaseAnswer::Result::out_of_stock);
    CHECK(failed(b, Errc::overloaded));
    CHECK(CallsTest::bought(c, "c"));
}

TEST_CASE_METHOD(CallsTest, "what comes while calls are under way leaves together in the next",
                 "[frontend][order]") {
    for (const auto* key : {"a", "b"})
        send(key);
    scheduler_.settle();
    send("c");
    scheduler_.settle();
    CHECK(calls() == 1); // a second call would be smaller than the first
    send("d");
    scheduler_.settle();
    REQUIRE(calls() == 2);
    CHECK(keys(1) == Keys{"c", "d"});
    const auto e = send("e"), f = send("f"), g = send("g");
    scheduler_.settle();
    CHECK(calls() == Departures::together_max);
    answer(1);
    REQUIRE(calls() == 3);
    CHECK(keys(2) == Keys{"e", "f", "g"});
    answer(2);
    CHECK(bought(e, "e"));
    CHECK(bought(g, "g"));
}

TEST_CASE_METHOD(CallsTest, "a call that is not answered holds nobody up for long", "[frontend][order]") {
    send("stuck");
    send("with it");
    scheduler_.settle();
    send("a");
    scheduler_.advance(Departures::patience_min / 2);
    CHECK(calls() == 1);
    const auto b = send("b");
    scheduler_.advance(Departures::patience_min / 2 + milliseconds(1));
    REQUIRE(calls() == 2);
    CHECK(keys(1) == Keys{"a", "b"});
    answer(1);
    CHECK(bought(b, "b"));
}

TEST_CASE_METHOD(CallsTest, "purchases gather for one replica; a repeated one goes where it is sent",
                 "[frontend][order]") {
    CHECK_FALSE(calls_.gathering());
    send("a", seconds(1), 1, 1);
    CHECK(calls_.gathering() == 1u);
    send("b", seconds(1), 1, *calls_.gathering());
    send("repeated", seconds(1), 1, 0);
    scheduler_.settle();
    CHECK_FALSE(calls_.gathering());
    REQUIRE(calls() >= 1);
    scheduler_.advance(Departures::patience_min + milliseconds(1));
    REQUIRE(calls() == 2);
    CHECK(transport_.calls[0]->to == config_.of(Role::order)[0]);
    CHECK(keys(0) == Keys{"repeated"});
    CHECK(transport_.calls[1]->to == config_.of(Role::order)[1]);
    CHECK(keys(1) == Keys{"a", "b"});
}

TEST_CASE_METHOD(CallsTest, "who has no time left leaves the others alone", "[frontend][order]") {
    const auto hurried = send("hurried", milliseconds(50)), patient = send("patient", seconds(1));
    scheduler_.settle();
    const auto late = send("late", milliseconds(5));
    scheduler_.advance(milliseconds(6));
    CHECK(failed(late, Errc::timed_out));
    scheduler_.advance(milliseconds(50));
    CHECK(failed(hurried, Errc::timed_out));
    CHECK_FALSE(patient->has_value());
    answer(0);
    CHECK(bought(patient, "patient"));
    CHECK(calls() == 1); // whose time was over before it could leave was not sent
}

TEST_CASE_METHOD(CallsTest, "silence ends for each at its own deadline", "[frontend][order]") {
    const auto a = send("a", milliseconds(300)), b = send("b", milliseconds(500));
    scheduler_.settle();
    CHECK(transport_.calls.at(0)->deadline == scheduler_.now() + milliseconds(500));
    scheduler_.advance(milliseconds(400));
    CHECK(failed(a, Errc::timed_out));
    CHECK_FALSE(b->has_value());
    scheduler_.advance(milliseconds(200));
    CHECK(failed(b, Errc::timed_out));
    send("c");
    scheduler_.settle();
    CHECK(calls() == 2);
}

TEST_CASE_METHOD(CallsTest, "a call carries so many purchases and no more", "[frontend][order]") {
    std::vector<Sent> sent;
    for (std::size_t i = 0; i < Purchases::count_max + 3; ++i)
        sent.push_back(send("k" + std::to_string(i)));
    scheduler_.settle();
    REQUIRE(calls() == 1);
    CHECK(keys(0).size() == Purchases::count_max);
    answer(0);
    REQUIRE(calls() == 2);
    CHECK(keys(1).size() == 3);
    answer(1);
    for (std::size_t i = 0; i < sent.size(); ++i)
        CHECK(bought(sent[i], "k" + std::to_string(i)));
}

TEST_CASE_METHOD(CallsTest, "who has something to do while many are told need not wait for the last",
                 "[frontend][order]") {
    std::vector<Sent> sent;
    for (std::size_t i = 0; i < Purchases::count_max; ++i)
        sent.push_back(send("k" + std::to_string(i)));
    scheduler_.settle();
    const auto told = [&] {
        return std::count_if(sent.begin(), sent.end(), [](const Sent& s) { return s->has_value(); });
    };
    // Somebody whose turn comes again and again looks how many have been told since the last.
    std::ptrdiff_t most_in_a_turn = 0, before = 0;
    std::function<void()> look = [&] {
        most_in_a_turn = std::max(most_in_a_turn, told() - before);
        before = told();
        if (before < static_cast<std::ptrdiff_t>(sent.size())) scheduler_.post(look);
    };
    scheduler_.post(look);
    answer(0);
    CHECK(told() == static_cast<std::ptrdiff_t>(sent.size()));
    CHECK(most_in_a_turn == static_cast<std::ptrdiff_t>(PurchaseCalls::told_per_turn));
}

TEST_CASE_METHOD(CallsTest, "a call carries so many lines and no more", "[frontend][order]") {
    constexpr std::size_t lines = base::limits::lines_per_order_max;
    constexpr std::size_t fit = Purchases::lines_max / lines;
    for (std::size_t i = 0; i < 2 * fit; ++i)
        send("k" + std::to_string(i), seconds(1), lines);
    scheduler_.settle();
    REQUIRE(calls() == 2);
    CHECK(keys(0).size() == fit);
    CHECK(keys(1).size() == fit);
}

TEST_CASE_METHOD(CallsTest, "what fails the call fails all who travel with it", "[frontend][order]") {
    const auto a = send("a"), b = send("b");
    scheduler_.settle();
    SECTION("the connection broke") {
        answer(0, Errc::connection_lost);
        CHECK(failed(a, Errc::connection_lost));
        CHECK(failed(b, Errc::connection_lost));
    }
    SECTION("the answer is none") {
        answer(0, "x");
        CHECK(failed(a, Errc::corrupt));
        CHECK(failed(b, Errc::corrupt));
    }
    SECTION("the answer breaks off behind the first") {
        auto whole = encode(PurchaseAnswers{{PurchaseAnswer(), PurchaseAnswer()}});
        whole.pop_back();
        answer(0, whole);
        CHECK(bought(a, ""));
        CHECK(failed(b, Errc::corrupt));
    }
    SECTION("an answer is missing") {
        answer(0, encode(PurchaseAnswers{{PurchaseAnswer()}}));
        CHECK(failed(a, Errc::protocol_error));
        CHECK(failed(b, Errc::protocol_error));
    }
}
