#include "roles/order/purchase_service.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <prometheus/counter.h>

#include <bookstore/net/loop.hpp>

#include "roles/in_flight.hpp"

namespace bookstore::roles::order {
namespace {

using base::Errc;
using boost::asio::awaitable;
using Answer = PurchaseService::Answer;

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

/// How a purchase ends that the catalog has sold.
struct Written {
    Answer operator()(const shop::Recorded& recorded) const {
        PurchaseAnswer answer;
        answer.order = recorded.order;
        return answer;
    }
    Answer operator()(const shop::RecordConflict&) const { return only(PurchaseAnswer::Result::key_reused); }
    Answer operator()(const auto&) const { return Errc::outcome_unknown; }
};

/// How a purchase can have ended, in the words of the metric.
constexpr std::array<std::string_view, 6> endings{"bought",     "out_of_stock", "unknown_item",
                                                  "key_reused", "unknown",      "refused"};

std::size_t ending_of(const Answer& answer) {
    if (!answer) return base::outcome_is_unknown(answer.error()) ? 4 : 5;
    return static_cast<std::size_t>(answer->result);
}

} // namespace

/// Purchases with their answers, as far as they have one.
class PurchaseService::Lot {
public:
    explicit Lot(std::vector<Purchase> all) : purchases(std::move(all)) {
        answers.assign(purchases.size(), Errc::timed_out);
    }

    std::vector<shop::Sell> sales(base::WallTime at) const {
        std::vector<shop::Sell> sales;
        sales.reserve(open.size());
        for (const std::size_t place : open)
            sales.push_back({purchases[place].key, purchases[place].lines, at});
        return sales;
    }
    void answer(const std::vector<std::size_t>& places, Errc failure) {
        for (const std::size_t place : places)
            answers[place] = failure;
    }

    std::vector<Purchase> purchases;
    std::vector<Answer> answers;
    std::vector<std::size_t> open; ///< places of those that are to be executed
};

PurchaseService::PurchaseService(base::Scheduler& scheduler, PurchasePorts ports, base::Metrics& metrics)
    : scheduler_(scheduler), ports_(std::move(ports)) {
    for (std::size_t i = 0; i < endings.size(); ++i)
        ended_[i] = &metrics.counter("bookstored_purchases_total",
                                     "Purchases executed by this replica, by how they ended",
                                     {{"result", std::string(endings[i])}});
}

awaitable<std::vector<Answer>> PurchaseService::purchase(std::vector<Purchase> purchases,
                                                         base::TimePoint deadline) {
    Lot lot(std::move(purchases));
    const auto began = scheduler_.now();
    if (began >= deadline) co_return std::move(lot.answers);
    admit(lot);
    if (lot.open.empty()) co_return std::move(lot.answers);

    const InFlight counted(in_flight_, lot.open.size());
    co_await execute(lot, deadline);
    const auto now = scheduler_.now();
    for (const std::size_t place : lot.open) {
        admission_.ended(now - began, deadline - began, *in_flight_, now);
        count(lot.answers[place]);
    }
    co_return std::move(lot.answers);
}

/// Answers what need not be executed.
void PurchaseService::admit(Lot& lot) const {
    for (std::size_t place = 0; place < lot.purchases.size(); ++place) {
        const Purchase& purchase = lot.purchases[place];
        if (!makes_sense(purchase))
            lot.answers[place] = Errc::invalid_argument;
        else if (!admission_.has_room(*in_flight_ + lot.open.size()))
            lot.answers[place] = Errc::overloaded;
        else if (const auto order = ports_.find(purchase.key))
            lot.answers[place] = remembered(*order, purchase.lines);
        else
            lot.open.push_back(place);
    }
}

awaitable<void> PurchaseService::execute(Lot& lot, base::TimePoint deadline) {
    auto sale_answers = co_await ports_.sell(lot.sales(scheduler_.wall_now()), deadline);
    if (!sale_answers) {
        for (const std::size_t place : lot.open)
            lot.answers[place] = sale_answers.error();
        co_return;
    }
    Sold sold;
    std::vector<shop::OrderCommand> entries;
    sold.reserve(lot.open.size());
    entries.reserve(lot.open.size());
    for (std::size_t i = 0; i < lot.open.size(); ++i) {
        const std::size_t place = lot.open[i];
        if (auto* sale = std::get_if<shop::Sold>(&sale_answers->outcomes[i])) {
            sold.push_back(place);
            entries.push_back(shop::Record{std::move(lot.purchases[place].key), sale->at,
                                           std::move(sale->lines), sale->total});
        } else {
            lot.answers[place] = std::visit(NotSold{}, sale_answers->outcomes[i]);
        }
    }
    auto kept = std::make_shared<const std::vector<shop::OrderCommand>>(std::move(entries));
    if (!sold.empty()) co_await record(lot, std::move(sold), std::move(kept), deadline);
    for (const std::size_t place : lot.open)
        if (lot.answers[place]) lot.answers[place]->times.catalog = sale_answers->took;
}

/// The copies are gone: from here on a failure is an unknown outcome, never a refusal.
awaitable<void> PurchaseService::record(Lot& lot, Sold sold, Entries entries, base::TimePoint deadline) {
    lot.answer(sold, Errc::outcome_unknown);
    for (base::Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        const base::TimePoint now = scheduler_.now();
        if (now >= deadline) co_return;
        // Half of what is left: a leader that does not answer must not use it all up.
        const auto outcomes = co_await ports_.record(entries, now + (deadline - now) / 2);
        if (outcomes) {
            for (std::size_t i = 0; i < sold.size(); ++i)
                lot.answers[sold[i]] = std::visit(Written{}, (*outcomes)[i]);
            co_return;
        }
        // This replica will not come back in time; another one will, to whoever repeats the purchase.
        if (outcomes.error() == Errc::stopping || outcomes.error() == Errc::storage_failed) co_return;
        co_await net::sleep_until(scheduler_, std::min(scheduler_.now() + pause, deadline));
    }
}

void PurchaseService::count(const Answer& answer) {
    ended_[ending_of(answer)]->Increment();
}

} // namespace bookstore::roles::order
