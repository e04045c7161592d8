// How a shopper buys: again and again until there is an answer, and sometimes what somebody else buys.
#include <bookstore/net/loop.hpp>

#include "sim/shop/answers.hpp"
#include "sim/shop/request.hpp"
#include "sim/shop/shopper.hpp"

namespace bookstore::shopsim {

using boost::asio::awaitable;
using sim::one_in;

awaitable<void> Shopper::buy() {
    auto& random = market_.random;
    if (market_.journal.keys.count() > 0 && one_in(random, 8)) {
        // Somebody's purchase once more, perhaps while it is under way; sometimes with another content.
        auto [key, content] = market_.journal.keys.any(random);
        if (one_in(random, 4)) content = any_content();
        return purchase(std::move(key), std::move(content));
    }
    std::string key = "c" + std::to_string(number_) + "-" + std::to_string(++purchases_);
    return purchase(std::move(key), any_content());
}

/// Tries until there is an answer, or patience ends.
awaitable<void> Shopper::purchase(std::string key, Content content) {
    Loop& loop = *market_.site->loop;
    for (unsigned tries = 0; tries < market_.weather.tries_max; ++tries) {
        const bool answered = co_await attempt(key, content);
        if (answered) co_return;
        const auto pause = sim::draw(market_.random, {base::milliseconds(1), base::milliseconds(200)});
        co_await net::sleep_until(loop, loop.now() + pause);
    }
}

awaitable<bool> Shopper::attempt(std::string key, Content content) {
    const bool plain = content.size() == 1 && content.front().quantity == 1 && one_in(market_.random, 2);
    const auto item = std::to_string(shop::number(content.front().item));
    auto sent = plain ? request(net::Verb::post, "/buy", {{"item", item}})
                      : request(net::Verb::post, "/v1/orders", {}, order_body(content));
    sent.headers.emplace_back("Idempotency-Key", key);

    history::Buy buy{key, {}, history::Buy::Outcome::unknown};
    for (const auto& line : content)
        buy.lines.push_back({shop::number(line.item), line.quantity, 0});
    auto& keys = market_.journal.keys;
    const bool conflict = keys.must_conflict(key, content);
    keys.asked(key, content);
    const auto call = now();
    const auto answer = co_await ask(any_frontend(), std::move(sent));
    if (answer) buy.outcome = outcome_of(*answer, buy, content);
    const bool answered = buy.outcome != history::Buy::Outcome::unknown;
    const bool done =
        buy.outcome == history::Buy::Outcome::bought || buy.outcome == history::Buy::Outcome::out_of_stock;
    if (conflict && done)
        market_.fail("the key " + key + " was used again with another content, and that was let pass");
    write(call, answered, std::move(buy));
    co_return answered;
}

history::Buy::Outcome Shopper::outcome_of(Response response, history::Buy& buy, const Content& content) {
    using enum history::Buy::Outcome;
    switch (response.status) {
    case 200:
    case 201: {
        const auto receipt = read_purchase(response);
        if (!receipt) return out_of_stock;
        take(*receipt, buy, content);
        return bought;
    }
    case 404:
        return unknown_item;
    case 409:
        buy.shortages = read_shortages(response);
        return out_of_stock;
    case 422:
        if (const auto wrong = market_.journal.keys.conflicted(buy.key)) market_.fail(*wrong);
        return refused;
    case 503:
        return unknown;
    default:
        market_.fail("a purchase was answered with " + std::to_string(response.status) + ": " +
                     response.body);
        return unknown;
    }
}

void Shopper::take(const Receipt& receipt, history::Buy& buy, const Content& content) {
    Journal& journal = market_.journal;
    ++journal.purchases;
    journal.order_numbers.insert(receipt.order);
    buy.order = receipt.order;
    if (const auto wrong = journal.keys.bought(buy.key, content)) market_.fail(*wrong);
    if (receipt.lines.empty()) return; // the costs are looked up in the book, in the end
    if (!same_lines(receipt.lines, buy.lines))
        market_.fail("the key " + buy.key + " was answered with an order of other lines");
    buy.lines = receipt.lines;
}

Content Shopper::any_content() {
    auto& random = market_.random;
    std::set<std::uint64_t> items{any_item()};
    while (one_in(random, 4))
        items.insert(any_item());
    Content content;
    for (const auto item : items)
        content.push_back({shop::ItemId{item}, one_in(random, 4) ? 2 : 1});
    return content;
}

} // namespace bookstore::shopsim
