#include "ctl/simulation.hpp"

#include "ctl/change_book.hpp"
#include "ctl/purchase.hpp"

namespace bookstore::ctl {
namespace {

using Kind = SimulatedEvent::Kind;

SimulatedEvent event(Kind kind, std::string action, std::string subject, std::string result) {
    return {kind, std::move(action), std::move(subject), std::move(result), {}};
}

net::HttpRequest get(std::string target) {
    net::HttpRequest request;
    request.target = std::move(target);
    return request;
}

std::string in_stock(const Book& book) {
    return book.stock == 0 ? "none left" : std::to_string(book.stock) + " in stock";
}

} // namespace

boost::asio::awaitable<SimulatedEvent> Simulation::visit() {
    Book book = any_book(); // named: GCC 12 destroys an aggregate temporary of a co_await twice
    if (catalogue_.empty()) co_return co_await attempt(Action::catalogue, std::move(book));
    constexpr Action actions[] = {Action::search, Action::lookup, Action::buy};
    const Action action = actions[context_.random.below(std::size(actions))];
    co_return co_await attempt(action, std::move(book));
}

boost::asio::awaitable<SimulatedEvent> Simulation::restock() {
    Book book = any_book();
    co_return co_await attempt(Action::restock, std::move(book));
}

Book Simulation::any_book() {
    return catalogue_.empty() ? Book{} : catalogue_[context_.random.below(catalogue_.size())];
}

/// Times what is done, and makes an event of a failure.
boost::asio::awaitable<SimulatedEvent> Simulation::attempt(Action action, Book book) {
    constexpr const char* names[] = {"search", "search", "lookup", "buy", "restock"}; // by Action
    const base::TimePoint began = context_.scheduler.now();
    SimulatedEvent happened;
    try {
        happened = co_await act(action, book);
    } catch (const CommandFailed& e) {
        const std::string subject = action == Action::catalogue ? "all" : book.title;
        happened = event(Kind::failure, names[static_cast<std::size_t>(action)], subject, e.what());
    }
    happened.took = context_.scheduler.now() - began;
    co_return happened;
}

boost::asio::awaitable<SimulatedEvent> Simulation::act(Action action, Book book) {
    switch (action) {
    case Action::search:
        co_return co_await search(book.topic);
    case Action::lookup:
        co_return co_await lookup(std::move(book));
    case Action::buy:
        co_return co_await buy(std::move(book));
    case Action::restock:
        co_return co_await add_copies(std::move(book));
    case Action::catalogue:
        break;
    }
    co_return co_await learn_catalogue();
}

boost::asio::awaitable<SimulatedEvent> Simulation::learn_catalogue() {
    net::HttpRequest request = get("/v1/books?limit=1000");
    const net::Response response = co_await context_.shop.send(std::move(request), Repeat::always);
    require_success(response);
    catalogue_ = parse_page(response).books;
    if (catalogue_.empty()) co_return event(Kind::notice, "search", "all", "the shop has no books");
    co_return event(Kind::good, "search", "all", std::to_string(catalogue_.size()) + " books");
}

boost::asio::awaitable<SimulatedEvent> Simulation::search(std::string topic) {
    net::HttpRequest request = get("/v1/books?limit=1000&topic=" + net::percent_encode(topic));
    const net::Response response = co_await context_.shop.send(std::move(request), Repeat::always);
    require_success(response);
    const std::size_t found = parse_page(response).books.size();
    co_return event(Kind::good, "search", std::move(topic),
                    std::to_string(found) + (found == 1 ? " book" : " books"));
}

boost::asio::awaitable<SimulatedEvent> Simulation::lookup(Book book) {
    net::HttpRequest request = get("/v1/books/" + std::to_string(book.id));
    const net::Response response = co_await context_.shop.send(std::move(request), Repeat::always);
    require_success(response);
    const Book found = parse_book(response);
    co_return event(Kind::good, "lookup", found.title, amount(found.cost) + ", " + in_stock(found));
}

boost::asio::awaitable<SimulatedEvent> Simulation::buy(Book book) {
    std::vector<Line> lines{Line{book.id, 1}};
    std::string key = context_.random.uuid();
    const net::Response response = co_await send_purchase(context_.shop, std::move(lines), std::move(key));
    if (response.status == 409) co_return event(Kind::notice, "buy", book.title, "out of stock");
    require_success(response);
    const Order order = parse_order(response);
    co_return event(Kind::good, "buy", book.title,
                    "bought for " + amount(order.total) + ", order " + std::to_string(order.number));
}

boost::asio::awaitable<SimulatedEvent> Simulation::add_copies(Book book) {
    constexpr std::int64_t copies = 2;
    if (book.id == 0) co_return event(Kind::notice, "restock", "all", "nothing to restock");
    const net::Response response = co_await change_book(context_.shop, book.id, "delta", copies);
    if (response.status == 401 || response.status == 403) may_restock_ = false;
    require_success(response);
    co_return event(Kind::good, "restock", book.title, "2 more copies, " + in_stock(parse_book(response)));
}

} // namespace bookstore::ctl
