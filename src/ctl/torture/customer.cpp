#include "ctl/torture/customer.hpp"

#include <bookstore/net/loop.hpp>

#include "ctl/purchase.hpp"
#include "ctl/torture/answers.hpp"

namespace bookstore::ctl::torture {
namespace {

using boost::asio::awaitable;

constexpr base::Duration mean_pause = base::milliseconds(20);
constexpr base::Duration pause_before_retry = base::milliseconds(50);
/// The impatient ones repeat a purchase while it is still under way.
constexpr base::Duration patience[] = {base::milliseconds(300), base::seconds(1), base::seconds(5),
                                       base::seconds(5)};

net::HttpRequest request_for(const std::string& key, const std::vector<history::BuyLine>& lines) {
    std::vector<Line> asked;
    for (const history::BuyLine& line : lines)
        asked.push_back({static_cast<std::int64_t>(line.item), line.quantity});
    return purchase_request(asked, key);
}

} // namespace

Customer::Customer(Load& load, std::uint64_t number, base::Random dice)
    : load_(load), number_(number), dice_(dice), frontend_(number) {}

awaitable<void> Customer::run() {
    while (!load_.over) {
        co_await act(draw());
        co_await pause(base::Duration(static_cast<std::int64_t>(dice_.below(2 * mean_pause.count()))));
    }
    co_await settle();
    for (std::size_t i = 0; i < promised_.size() && load_.context.scheduler.now() < load_.settle_until;) {
        const bool answered = co_await find_order(i);
        if (answered)
            ++i;
        else
            co_await pause(pause_before_retry);
    }
}

Customer::Deed Customer::draw() {
    constexpr std::pair<Deed, std::uint64_t> weights[] = {{Deed::buy, 45},    {Deed::look, 27},
                                                          {Deed::search, 8},  {Deed::restock, 10},
                                                          {Deed::reprice, 4}, {Deed::order, 6}};
    std::uint64_t drawn = dice_.below(100);
    for (const auto& [deed, weight] : weights) {
        if (drawn < weight) return deed;
        drawn -= weight;
    }
    return Deed::look;
}

awaitable<void> Customer::act(Deed deed) {
    switch (deed) {
    case Deed::buy:
        co_return co_await buy();
    case Deed::look:
        co_return co_await look();
    case Deed::search:
        co_return co_await search();
    case Deed::restock:
        co_return co_await change(true);
    case Deed::reprice:
        co_return co_await change(false);
    case Deed::order:
        break;
    }
    if (promised_.empty()) co_return;
    constexpr std::size_t recent_max = 50;
    const std::size_t recent = std::min(promised_.size(), recent_max);
    static_cast<void>(co_await find_order(promised_.size() - 1 - dice_.below(recent)));
}

awaitable<void> Customer::buy() {
    constexpr std::uint64_t lines_max = 3, tries_max = 12;
    Purchase purchase;
    purchase.key = load_.run + "-" + std::to_string(number_) + "-" + std::to_string(++purchases_);
    const std::uint64_t kind = dice_.below(11); // mostly one line, sometimes two, seldom three
    const std::uint64_t wanted = kind < 8 ? 1 : kind < 10 ? 2 : lines_max;
    const std::uint64_t first = dice_.below(load_.items.size());
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(wanted, load_.items.size()); ++i)
        purchase.lines.push_back(
            {load_.items[(first + i) % load_.items.size()], dice_.below(4) == 0 ? 2 : 1});
    // Some never ask again before the end: the shop must settle it alone.
    const std::uint64_t tries = dice_.below(10) == 0 ? 1 : tries_max;
    for (std::uint64_t i = 0; i < tries && (i == 0 || !load_.over); ++i) {
        const bool known = co_await try_to_buy(purchase);
        if (known) co_return;
        co_await pause(pause_before_retry);
    }
    unsettled_.push_back(std::move(purchase));
}

/// True when it is known how the purchase ended.
awaitable<bool> Customer::try_to_buy(Purchase purchase) {
    using Outcome = history::Buy::Outcome;
    net::HttpRequest request = request_for(purchase.key, purchase.lines);
    const Asked asked = co_await ask(std::move(request));
    history::Buy buy{.key = purchase.key, .lines = purchase.lines};
    if (asked.verdict == Verdict::answered) {
        try {
            buy = bought_in(asked.response, purchase.key, purchase.lines);
        } catch (const CommandFailed& e) {
            wrong("a purchase with the key " + purchase.key, e);
        }
    } else if (asked.verdict == Verdict::try_another) {
        buy.outcome = Outcome::refused;
    }
    const bool known = buy.outcome != Outcome::unknown && buy.outcome != Outcome::refused;
    (known ? load_.recorder.buys.answered : load_.recorder.buys.failed).add(load_.recorder.now());
    if (buy.outcome == Outcome::out_of_stock) ++load_.recorder.sold_out;
    if (buy.outcome == Outcome::bought) promised_.emplace_back(buy.order, buy.key);
    load_.recorder.add(number_, asked.call, std::move(buy), known || asked.verdict == Verdict::try_another);
    co_return known || asked.verdict == Verdict::answered; // what was wrong will not get better
}

awaitable<void> Customer::look() {
    const history::Item item = any_item();
    const std::string shape = dice_.below(2) == 0 ? "/v1/books/" : "/lookup?item=";
    const Asked asked = co_await read(shape + std::to_string(item));
    if (asked.verdict != Verdict::answered) co_return;
    try {
        load_.recorder.add(number_, asked.call, read_in(asked.response, item));
    } catch (const CommandFailed& e) {
        wrong("a look-up of book " + std::to_string(item), e);
    }
}

awaitable<void> Customer::search() {
    const Asked asked =
        co_await read("/v1/books?topic=torture&limit=1000&after=" + std::to_string(load_.items.front() - 1));
    if (asked.verdict != Verdict::answered) co_return;
    try {
        for (history::Read& one : reads_in(asked.response, load_.items.front(), load_.items.back()))
            if (std::ranges::binary_search(load_.items, one.item))
                load_.recorder.add(number_, asked.call, std::move(one));
    } catch (const CommandFailed& e) {
        wrong("a search", e);
    }
}

/// Never repeated: a change has no key.
awaitable<void> Customer::change(bool stock) {
    constexpr std::int64_t deltas[] = {1, 3, 5, 5, -1};
    history::Update update{.item = any_item()};
    if (stock)
        update.delta = deltas[dice_.below(std::size(deltas))];
    else
        update.cost = static_cast<std::int64_t>(100 + dice_.below(900));
    net::HttpRequest request;
    request.verb = net::Verb::patch;
    request.target = "/v1/books/" + std::to_string(update.item);
    request.body = stock ? "{\"delta\":" + std::to_string(*update.delta) + "}"
                         : "{\"cost\":" + std::to_string(*update.cost) + "}";
    const std::string& secret = load_.context.options.admin_secret;
    if (!secret.empty()) request.headers.emplace_back("Authorization", "Bearer " + secret);
    const Asked asked = co_await ask(std::move(request));
    if (asked.verdict == Verdict::try_another) co_return;
    if (asked.verdict == Verdict::answered) {
        try {
            update = updated_in(asked.response, update);
            ++load_.recorder.changes;
        } catch (const CommandFailed& e) {
            wrong("a change of book " + std::to_string(update.item), e);
        }
    }
    const bool known = update.outcome != history::Update::Outcome::unknown;
    load_.recorder.add(number_, asked.call, std::move(update), known);
}

/// True when there was an answer.
awaitable<bool> Customer::find_order(std::size_t which) {
    const std::uint64_t order = promised_[which].first;
    const Asked asked = co_await read("/v1/orders/" + std::to_string(order));
    if (asked.verdict != Verdict::answered) co_return false;
    try {
        load_.recorder.add(number_, asked.call, order_in(asked.response, order));
    } catch (const CommandFailed& e) {
        wrong("order " + std::to_string(order), e);
    }
    co_return true;
}

awaitable<void> Customer::settle() {
    while (!unsettled_.empty() && load_.context.scheduler.now() < load_.settle_until) {
        Purchase purchase = unsettled_.back();
        const bool known = co_await try_to_buy(std::move(purchase));
        if (known)
            unsettled_.pop_back();
        else
            co_await pause(pause_before_retry);
    }
}

awaitable<Customer::Asked> Customer::ask(net::HttpRequest request) {
    const auto& endpoints = load_.context.options.endpoints;
    const net::Endpoint to = endpoints[frontend_++ % endpoints.size()];
    const base::TimePoint deadline =
        load_.context.scheduler.now() + patience[dice_.below(std::size(patience))];
    Asked asked;
    asked.call = load_.recorder.now();
    auto answer = co_await load_.context.http.send(to, std::move(request), deadline);
    asked.verdict = judge(answer, Repeat::if_refused);
    if (answer) asked.response = std::move(*answer);
    co_return asked;
}

awaitable<Customer::Asked> Customer::read(std::string target) {
    net::HttpRequest request;
    request.target = std::move(target);
    Asked asked = co_await ask(std::move(request));
    Calls& reads = load_.recorder.reads;
    (asked.verdict == Verdict::answered ? reads.answered : reads.failed).add(load_.recorder.now());
    co_return asked;
}

awaitable<void> Customer::pause(base::Duration time) {
    co_await net::sleep_until(load_.context.scheduler, load_.context.scheduler.now() + time);
}

void Customer::wrong(std::string_view what, const std::exception& e) {
    load_.recorder.add_wrong(std::string(what) + ": " + e.what());
}

} // namespace bookstore::ctl::torture
