#include "roles/order/purchase_service.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <prometheus/counter.h>

#include <bookstore/net/loop.hpp>

namespace bookstore::roles::order {
namespace {

using base::Errc;
using boost::asio::awaitable;
using Answer = base::result<PurchaseAnswer>;

constexpr base::Duration first_pause = base::milliseconds(10);
constexpr base::Duration longest_pause = base::milliseconds(100);

bool makes_sense(const Purchase& purchase) {
    return shop::is_idempotency_key(purchase.key) && !shop::problem_with(purchase.lines);
}

PurchaseAnswer only(PurchaseAnswer::Result result) {
    PurchaseAnswer answer;
    answer.result = result;
    return answer;
}

/// What the key stands for already, seen by someone who asks for `lines`.
PurchaseAnswer remembered(const shop::Order& order, const std::vector<shop::Line>& lines) {
    const bool same = std::equal(order.lines.begin(), order.lines.end(), lines.begin(), lines.end(),
                                 [](const shop::SoldLine& sold, const shop::Line& asked) {
                                     return sold.item == asked.item && sold.quantity == asked.quantity;
                                 });
    if (!same) return only(PurchaseAnswer::Result::key_reused);
    PurchaseAnswer answer;
    answer.order = order;
    return answer;
}

/// How a purchase ends that the catalog did not sell.
struct NotSold {
    Answer operator()(const shop::OutOfStock& refusal) const {
        PurchaseAnswer answer = only(PurchaseAnswer::Result::out_of_stock);
        answer.shortages = refusal.items;
        return answer;
    }
    Answer operator()(const shop::UnknownItem& unknown) const {
        PurchaseAnswer answer = only(PurchaseAnswer::Result::unknown_item);
        answer.item = shop::number(unknown.item);
        return answer;
    }
    Answer operator()(const shop::KeyReused&) const { return only(PurchaseAnswer::Result::key_reused); }
    Answer operator()(const shop::NotOpen&) const { return Errc::not_ready; }
    Answer operator()(const auto&) const { return Errc::protocol_error; }
};

std::string_view name_of(const Answer& answer) {
    if (!answer) return base::outcome_is_unknown(answer.error()) ? "unknown" : "refused";
    switch (answer->result) {
    case PurchaseAnswer::Result::bought:
        return "bought";
    case PurchaseAnswer::Result::out_of_stock:
        return "out_of_stock";
    case PurchaseAnswer::Result::unknown_item:
        return "unknown_item";
    case PurchaseAnswer::Result::key_reused:
        break;
    }
    return "key_reused";
}

} // namespace

/// Counts a call for as long as it runs.
class PurchaseService::Call {
public:
    explicit Call(std::shared_ptr<Traffic> traffic) : traffic_(std::move(traffic)) { ++traffic_->calls; }
    ~Call() { --traffic_->calls; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

private:
    std::shared_ptr<Traffic> traffic_;
};

/// Ends a flight for those who share it, however it ends: by an exception it is an unknown outcome.
class PurchaseService::Landing {
public:
    Landing(std::shared_ptr<Traffic> traffic, const Purchase& purchase)
        : traffic_(std::move(traffic)),
          flight_(traffic_->flights.emplace(purchase.key, Flight{purchase.lines, {}}).first) {}
    ~Landing() {
        for (const net::Promise<Answer>& passenger : flight_->second.passengers)
            passenger.set(answer);
        traffic_->flights.erase(flight_);
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

    Answer answer = Errc::outcome_unknown;

private:
    std::shared_ptr<Traffic> traffic_;
    std::map<std::string, Flight, std::less<>>::iterator flight_;
};

PurchaseService::PurchaseService(base::Scheduler& scheduler, PurchasePorts ports, base::Metrics& metrics)
    : scheduler_(scheduler), ports_(std::move(ports)), metrics_(metrics) {}

awaitable<Answer> PurchaseService::purchase(Purchase purchase, base::TimePoint deadline) {
    if (!makes_sense(purchase)) co_return Errc::invalid_argument;
    if (!admission_.has_room(traffic_->calls)) co_return Errc::overloaded;
    const Call call(traffic_);

    Answer answer = Errc::timed_out;
    while (scheduler_.now() < deadline) {
        if (const auto order = ports_.find(purchase.key)) co_return remembered(*order, purchase.lines);
        const auto under_way = traffic_->flights.find(purchase.key);
        if (under_way == traffic_->flights.end()) {
            const auto began = scheduler_.now();
            answer = co_await fly(std::move(purchase), deadline);
            const auto now = scheduler_.now();
            admission_.ended(now - began, deadline - began, traffic_->calls, now);
            count(answer);
            co_return answer;
        }
        const bool same = under_way->second.lines == purchase.lines;
        answer = co_await join(under_way->second, deadline);
        // Whoever asked for something else, or has time left where the flight had none, flies on its own.
        if (answer && same) co_return answer;
    }
    co_return answer ? Answer(Errc::timed_out) : answer;
}

awaitable<Answer> PurchaseService::fly(Purchase purchase, base::TimePoint deadline) {
    Landing landing(traffic_, purchase);
    landing.answer = co_await execute(std::move(purchase), deadline);
    co_return landing.answer;
}

awaitable<Answer> PurchaseService::join(Flight& flight, base::TimePoint deadline) {
    const net::Promise<Answer> promise;
    flight.passengers.push_back(promise);
    const auto timer = scheduler_.at(deadline, [promise] { promise.set(Errc::timed_out); });
    co_return co_await promise.wait();
}

awaitable<Answer> PurchaseService::execute(Purchase purchase, base::TimePoint deadline) {
    const shop::Sell sale{purchase.key, std::move(purchase.lines), scheduler_.wall_now()};
    const auto sale_answer = co_await ports_.sell(sale, deadline);
    if (!sale_answer) co_return sale_answer.error();
    const auto* sold = std::get_if<shop::Sold>(&sale_answer->outcome);
    Answer answer = Errc::protocol_error;
    if (sold != nullptr)
        answer = co_await record(std::move(purchase.key), *sold, deadline);
    else
        answer = std::visit(NotSold{}, sale_answer->outcome);
    if (answer) answer->times.catalog = sale_answer->took;
    co_return answer;
}

/// The copies are gone: from here on a failure is an unknown outcome, never a refusal.
awaitable<Answer> PurchaseService::record(std::string key, shop::Sold sold, base::TimePoint deadline) {
    const shop::Record entry{std::move(key), sold.at, std::move(sold.lines), sold.total};
    for (base::Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        const base::TimePoint now = scheduler_.now();
        if (now >= deadline) co_return Errc::outcome_unknown;
        // Half of what is left: a leader that does not answer must not use it all up.
        const auto outcome = co_await ports_.record(entry, now + (deadline - now) / 2);
        if (outcome) {
            if (const auto* recorded = std::get_if<shop::Recorded>(&*outcome)) {
                PurchaseAnswer answer;
                answer.order = recorded->order;
                co_return answer;
            }
            if (std::holds_alternative<shop::RecordConflict>(*outcome))
                co_return only(PurchaseAnswer::Result::key_reused);
            co_return Errc::outcome_unknown;
        }
        // This replica will not come back in time; another one will, to whoever repeats the purchase.
        if (outcome.error() == Errc::stopping || outcome.error() == Errc::storage_failed)
            co_return Errc::outcome_unknown;
        co_await net::sleep_until(scheduler_, std::min(scheduler_.now() + pause, deadline));
    }
}

void PurchaseService::count(const Answer& answer) {
    metrics_
        .counter("bookstored_purchases_total", "Purchases executed by this replica, by how they ended",
                 {{"result", std::string(name_of(answer))}})
        .Increment();
}

} // namespace bookstore::roles::order
