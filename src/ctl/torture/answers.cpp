#include "ctl/torture/answers.hpp"

#include <bookstore/ctl/text_table.hpp>

#include "ctl/shop_json.hpp"

namespace bookstore::ctl::torture {
namespace {

using history::Buy;
using history::Item;

[[noreturn]] void strange(const net::Response& response) {
    throw CommandFailed("status " + std::to_string(response.status) + ": " + problem_text(response));
}

Item item_of(std::int64_t id) {
    return static_cast<Item>(id);
}

std::vector<history::Shortage> shortages_in(const net::Response& response) {
    return with_json(response, [](const boost::json::value& problem) {
        std::vector<history::Shortage> all;
        for (const auto& one : problem.at("short").as_array())
            all.push_back({one.at("item").to_number<Item>(), one.at("stock").to_number<std::int64_t>()});
        return all;
    });
}

/// `seen`: a read without its book.
history::Read with_origin(const net::Response& response, history::Read seen) {
    const auto version = response.header("Bookstore-Version");
    const auto source = response.header("Bookstore-Source");
    if (!version || !source) throw CommandFailed("a read without Bookstore-Version and Bookstore-Source");
    try {
        seen.version = std::stoull(std::string(*version));
    } catch (const std::exception&) {
        throw CommandFailed("Bookstore-Version: " + printable(*version));
    }
    seen.source = printable(*source);
    return seen;
}

} // namespace

Buy bought_in(const net::Response& response, std::string key, const std::vector<history::BuyLine>& asked) {
    Buy buy{.key = std::move(key), .lines = asked};
    switch (response.status) {
    case 201:
        break;
    case 404:
        buy.outcome = Buy::Outcome::unknown_item;
        return buy;
    case 409:
        buy.outcome = Buy::Outcome::out_of_stock;
        buy.shortages = shortages_in(response);
        return buy;
    default:
        strange(response);
    }
    const Order order = parse_order(response);
    buy.outcome = Buy::Outcome::bought;
    buy.order = static_cast<std::uint64_t>(order.number);
    bool same = order.key == buy.key && order.lines.size() == asked.size();
    for (std::size_t i = 0; same && i < asked.size(); ++i) {
        same = item_of(order.lines[i].item) == asked[i].item && order.lines[i].quantity == asked[i].quantity;
        buy.lines[i].cost = order.lines[i].cost;
    }
    if (!same) throw CommandFailed("an order that is not what was asked for: " + printable(response.body));
    return buy;
}

history::Update updated_in(const net::Response& response, history::Update asked) {
    using Outcome = history::Update::Outcome;
    if (response.status == 200) {
        const Book book = parse_book(response);
        asked.outcome = Outcome::done;
        asked.after = history::Shown{book.stock, book.cost};
    } else if (response.status == 409) {
        asked.outcome = Outcome::refused;
    } else if (response.status == 404) {
        asked.outcome = Outcome::unknown_item;
    } else {
        strange(response);
    }
    return asked;
}

history::Read read_in(const net::Response& response, Item asked) {
    history::Read read = with_origin(response, {.item = asked});
    if (response.status == 404) return read;
    if (response.status != 200) strange(response);
    const bool alone =
        with_json(response, [](const boost::json::value& v) { return !v.as_object().contains("books"); });
    Book book;
    if (alone) {
        book = parse_book(response);
    } else {
        const Page page = parse_page(response);
        if (page.books.size() != 1) throw CommandFailed("a look-up that does not show one book");
        book = page.books.front();
    }
    if (item_of(book.id) != asked) throw CommandFailed("another book than was asked for");
    read.shown = history::Shown{book.stock, book.cost};
    return read;
}

std::vector<history::Read> reads_in(const net::Response& response, Item first, Item last) {
    if (response.status != 200) strange(response);
    std::vector<history::Read> all;
    for (const Book& book : parse_page(response).books) {
        if (item_of(book.id) < first || item_of(book.id) > last) continue;
        history::Read read = with_origin(response, {.item = item_of(book.id)});
        read.shown = history::Shown{book.stock, book.cost};
        all.push_back(std::move(read));
    }
    return all;
}

history::ReadOrder order_in(const net::Response& response, std::uint64_t asked) {
    history::ReadOrder read{.order = asked};
    if (response.status == 404) return read;
    if (response.status != 200) strange(response);
    read.found = true;
    read.key = parse_order(response).key;
    return read;
}

} // namespace bookstore::ctl::torture
