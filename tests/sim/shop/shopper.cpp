#include "sim/shop/shopper.hpp"

#include <algorithm>

#include <bookstore/net/loop.hpp>

#include "sim/shop/answers.hpp"
#include "sim/shop/request.hpp"

namespace bookstore::shopsim {
namespace {

using boost::asio::awaitable;
using sim::one_in;

/// Ids from here on are of books that shoppers add, all called "Novel ...".
constexpr std::uint64_t first_novel = 8;

std::string describe(const net::Request& request) {
    std::string text = std::string(to_string(request.verb)) + " " + request.path;
    for (const auto& [name, value] : request.query)
        text += " " + name + "=" + value;
    for (const auto& [name, value] : request.headers)
        if (name == "Idempotency-Key") text += " key=" + value;
    return text + (request.body.empty() ? "" : " " + request.body);
}

} // namespace

awaitable<void> Shopper::shop(const bool& closed) {
    Loop& loop = *market_.site->loop;
    while (!closed) {
        co_await anything();
        const auto pause = sim::draw(market_.random, market_.weather.think);
        co_await net::sleep_until(loop, loop.now() + pause);
    }
}

awaitable<void> Shopper::anything() {
    auto& random = market_.random;
    const auto frontend = any_frontend();
    const auto lot = random.below(100);
    if (lot < 38) return buy();
    if (lot < 68) return look_up(frontend, any_item());
    if (lot < 75) return search(frontend);
    if (lot < 80) return find_title(frontend);
    if (lot < 84) return browse(frontend);
    if (lot < 90) return look_up_order(frontend, 1 + random.below(market_.journal.order_numbers.size() + 3));
    if (lot < 98) return update();
    return add();
}

awaitable<void> Shopper::inspect(HostId frontend) {
    for (std::uint64_t item = 1; item < first_novel + 2; ++item)
        co_await look_up(frontend, item);
    co_await browse(frontend);
    const auto orders = market_.journal.order_numbers;
    for (const auto order : orders)
        co_await look_up_order(frontend, order);
}

awaitable<void> Shopper::read(HostId frontend, std::string path, net::Headers query,
                              std::set<std::uint64_t> expected) {
    const auto call = now();
    const auto answer = co_await ask(frontend, request(net::Verb::get, std::move(path), std::move(query)));
    if (!answer || answer->status == 503) {
        ++market_.journal.unknown;
        co_return;
    }
    if (answer->status != 200 && answer->status != 404)
        market_.fail("a read was answered with " + std::to_string(answer->status) + ": " + answer->body);
    auto missing = std::move(expected);
    if (answer->status == 200) {
        for (auto& seen : read_books(*answer)) {
            missing.erase(seen.item);
            write(call, true, std::move(seen));
        }
    }
    const auto source = std::string(answer->header("Bookstore-Source").value_or(""));
    for (const auto item : missing)
        write(call, true, history::Read{item, std::nullopt, 0, source});
    ++market_.journal.reads;
}

/// What must be in any answer from now on.
std::set<std::uint64_t> Shopper::known(const std::function<bool(std::uint64_t, const std::string&)>& which) {
    std::set<std::uint64_t> items;
    for (const auto& [item, topic] : market_.journal.topics)
        if (which(item, topic)) items.insert(item);
    return items;
}

awaitable<void> Shopper::look_up(HostId frontend, std::uint64_t item) {
    const auto text = std::to_string(item);
    if (one_in(market_.random, 2)) return read(frontend, "/lookup", {{"item", text}}, {item});
    return read(frontend, "/v1/books/" + text, {}, {item});
}

awaitable<void> Shopper::search(HostId frontend) {
    const std::string topic = one_in(market_.random, 2) ? "ds" : "gs";
    const auto expected = known([&](std::uint64_t, const std::string& its) { return its == topic; });
    if (one_in(market_.random, 2))
        return read(frontend, "/v1/books", {{"topic", topic}, {"limit", "1000"}}, expected);
    return read(frontend, "/search", {{"topic", topic}}, expected);
}

awaitable<void> Shopper::find_title(HostId frontend) {
    if (one_in(market_.random, 2))
        return read(frontend, "/v1/books", {{"q", "graduate"}},
                    known([](std::uint64_t item, const std::string&) { return item == 3 || item == 4; }));
    return read(frontend, "/v1/books", {{"q", "novel"}, {"limit", "1000"}},
                known([](std::uint64_t item, const std::string&) { return item >= first_novel; }));
}

awaitable<void> Shopper::browse(HostId frontend) {
    return read(frontend, "/v1/books", {{"limit", "1000"}},
                known([](std::uint64_t, const std::string&) { return true; }));
}

awaitable<void> Shopper::look_up_order(HostId frontend, std::uint64_t order) {
    const auto call = now();
    const auto answer =
        co_await ask(frontend, request(net::Verb::get, "/v1/orders/" + std::to_string(order)));
    if (!answer || answer->status == 503) {
        ++market_.journal.unknown;
        co_return;
    }
    history::ReadOrder seen{order, answer->status == 200};
    if (seen.found) seen.key = read_order_key(*answer);
    write(call, true, std::move(seen));
}

awaitable<void> Shopper::update() {
    auto& random = market_.random;
    history::Update update;
    update.item = any_item();
    if (!one_in(random, 4)) update.delta = static_cast<std::int64_t>(random.below(7)) - 2;
    if (!update.delta || one_in(random, 3)) update.cost = 1 + static_cast<std::int64_t>(random.below(500));
    std::string body = "{";
    if (update.delta) body += "\"delta\":" + std::to_string(*update.delta);
    if (update.cost) body += (update.delta ? ",\"cost\":" : "\"cost\":") + std::to_string(*update.cost);
    auto sent = request(net::Verb::patch, "/v1/books/" + std::to_string(update.item), {}, body + "}");
    const auto call = now();
    const auto answer = co_await ask(any_frontend(), std::move(sent));
    using enum history::Update::Outcome;
    if (answer && answer->status == 200) {
        update.outcome = done;
        const auto after = read_books(*answer);
        update.after = after.front().shown;
    } else if (answer && answer->status == 409) {
        update.outcome = refused;
    } else if (answer && answer->status == 404) {
        update.outcome = unknown_item;
    } else if (answer && answer->status != 503) {
        market_.fail("an update was answered with " + std::to_string(answer->status));
    }
    write(call, update.outcome != unknown, update);
}

awaitable<void> Shopper::add() {
    auto& random = market_.random;
    history::Add add;
    add.shown = {static_cast<std::int64_t>(random.below(4)),
                 1 + static_cast<std::int64_t>(random.below(300))};
    const std::string topic = one_in(random, 2) ? "ds" : "gs";
    const std::string body = R"({"title":"Novel )" + std::to_string(++purchases_) + R"(","topic":")" + topic +
                             R"(","cost":)" + std::to_string(add.shown.cost) + R"(,"stock":)" +
                             std::to_string(add.shown.stock) + "}";
    const auto call = now();
    const auto answer = co_await ask(any_frontend(), request(net::Verb::post, "/v1/books", {}, body));
    if (answer && answer->status == 201) {
        const auto added = read_books(*answer);
        add.item = added.front().item;
        add.outcome = history::Add::Outcome::done;
        market_.journal.topics[add.item] = topic;
    } else if (answer && answer->status != 503) {
        market_.fail("a new book was answered with " + std::to_string(answer->status));
    }
    write(call, add.outcome == history::Add::Outcome::done, add);
}

awaitable<Shopper::Answer> Shopper::ask(HostId frontend, net::Request request) {
    const std::string what = market_.trace ? describe(request) : std::string();
    const std::string who = "client " + std::to_string(number_) + " ";
    if (market_.trace) market_.trace(who + "-> frontend " + std::to_string(frontend) + ": " + what);
    auto answer = co_await fetch(market_.network, market_.site, frontend, std::move(request),
                                 market_.weather.config.http.request_time,
                                 market_.site->loop->now() + market_.weather.patience);
    if (market_.trace)
        market_.trace(who + "<- " + what + ": " +
                      (answer ? std::to_string(answer->status) + " " +
                                    std::string(answer->header("Bookstore-Source").value_or("")) + " " +
                                    std::string(answer->header("Bookstore-Order").value_or("")) + " " +
                                    answer->body
                              : answer.error().message()));
    co_return answer;
}

HostId Shopper::any_frontend() {
    return market_.frontends[static_cast<std::size_t>(market_.random.below(market_.frontends.size()))];
}

/// Few are popular; some do not exist yet.
std::uint64_t Shopper::any_item() {
    auto& random = market_.random;
    return one_in(random, 3) ? 1 + random.below(first_novel + 2) : 1 + random.below(3);
}

void Shopper::write(history::Instant call, bool answered, decltype(history::Operation::what) what) {
    history::Operation operation{number_, call, std::nullopt, std::move(what)};
    if (answered)
        operation.returned = now();
    else
        ++market_.journal.unknown;
    market_.journal.history.push_back(std::move(operation));
}

} // namespace bookstore::shopsim
