#include "ctl/bench/buyers.hpp"

#include <algorithm>

#include <bookstore/net/loop.hpp>

#include "ctl/purchase.hpp"

namespace bookstore::ctl::bench {
namespace {

constexpr base::Duration pause_after_failure = base::milliseconds(10); ///< in a closed loop
constexpr base::Duration sleep_max = base::milliseconds(200);

} // namespace

Buyer::Buyer(Load& load, std::uint64_t number, base::Random dice)
    : load_(load),
      number_(number),
      dice_(dice),
      frontend_(load.context.options.endpoints[number % load.context.options.endpoints.size()]) {}

boost::asio::awaitable<void> Buyer::run() {
    while (const auto due = next_due()) {
        co_await sleep_until(*due);
        if (load_.over) co_return;
        const Deed deed = load_.plan.mix.draw(dice_);
        net::HttpRequest request = request_for(deed);
        const auto deadline = load_.context.scheduler.now() + load_.context.options.timeout;
        const auto answer = co_await load_.context.http.send(frontend_, std::move(request), deadline);
        record(deed, *due, answer);
        if (!answer && !load_.plan.rate)
            co_await net::sleep_until(load_.context.scheduler,
                                      load_.context.scheduler.now() + pause_after_failure);
    }
}

/// In steps, because it may be over before.
boost::asio::awaitable<void> Buyer::sleep_until(base::TimePoint due) {
    auto& scheduler = load_.context.scheduler;
    while (!load_.over && scheduler.now() < due) {
        const auto step_ends = scheduler.now() + sleep_max;
        co_await net::sleep_until(scheduler, std::min(due, step_ends));
    }
}

std::optional<base::TimePoint> Buyer::next_due() {
    const auto now = load_.context.scheduler.now();
    const auto due = load_.over ? load_.until : next_worth_sending(now);
    if (due >= load_.until) return std::nullopt;
    if (due < load_.measured_from) return due;
    if (load_.plan.requests && load_.begun == *load_.plan.requests) return std::nullopt;
    ++load_.begun;
    return due;
}

/// Not what was due in a warm-up that is over, nor, when the end is past for long, anything.
base::TimePoint Buyer::next_worth_sending(base::TimePoint now) {
    auto due = load_.pace.next(now);
    while (due < load_.measured_from && now >= load_.measured_from)
        due = load_.pace.next(now);
    for (; now >= load_.until + load_.context.options.timeout && due < load_.until;
         due = load_.pace.next(now))
        ++load_.results.unsent;
    return due;
}

net::HttpRequest Buyer::request_for(Deed deed) {
    const std::int64_t item = load_.items[dice_.below(load_.items.size())];
    if (deed == Deed::buy)
        return purchase_request({Line{item}}, load_.run + "-" + std::to_string(number_) + "-" +
                                                  std::to_string(++purchases_));
    net::HttpRequest request;
    request.target =
        deed == Deed::lookup
            ? "/v1/books/" + std::to_string(item)
            : "/v1/books?topic=" + net::percent_encode(load_.topics[dice_.below(load_.topics.size())]);
    return request;
}

void Buyer::record(Deed deed, base::TimePoint due, const base::result<net::Response>& answer) {
    if (due < load_.measured_from) return;
    constexpr int ok = 200, created = 201, conflict = 409, unavailable = 503;
    load_.last_answer = load_.context.scheduler.now();
    DeedResults& results = load_.results.at(deed);
    const bool sold_out = answer && deed == Deed::buy && answer->status == conflict;
    if (answer && answer->status == unavailable) {
        ++results.refused;
    } else if (!answer || (answer->status != ok && answer->status != created && !sold_out)) {
        ++results.failed;
    } else {
        results.latency.record(load_.last_answer - due);
        if (sold_out) ++results.sold_out;
        if (answer->header("Bookstore-Source") == "cache") ++results.cached;
    }
}

} // namespace bookstore::ctl::bench
