#include "ctl/importing/importer.hpp"

#include <boost/json/serialize.hpp>

#include "ctl/shop_json.hpp"

namespace bookstore::ctl::importing {

using boost::asio::awaitable;

Importer::Importer(BookRows& rows, std::uint64_t skip) : rows_(rows), skip_(skip) {}

awaitable<void> Importer::work(ShopClient shop) {
    try {
        while (auto row = take()) {
            const std::uint64_t number = row->number;
            co_await add(shop, std::move(*row));
            under_way_.erase(number);
        }
    } catch (...) {
        stopped_ = true; // the others finish what they have begun
        throw;
    }
}

std::optional<BookRow> Importer::take() {
    while (!stopped_) {
        auto row = rows_.next();
        if (!row) return std::nullopt;
        taken_ = row->number;
        if (row->number <= skip_) continue;
        under_way_.insert(row->number);
        return row;
    }
    return std::nullopt;
}

/// A book has its id, so that adding it once more adds nothing, whatever became of the first time.
awaitable<void> Importer::add(ShopClient& shop, BookRow row) {
    constexpr int created = 201, conflict = 409;
    net::HttpRequest request;
    request.verb = net::Verb::post;
    request.target = "/v1/books";
    request.body = boost::json::serialize(row.book);
    const net::Response response = co_await shop.send(std::move(request), Repeat::always);
    if (response.status == created) {
        ++tally_.added;
        co_return;
    }
    const std::string where = "line " + std::to_string(row.line) + ": ";
    if (response.status != conflict) throw CommandFailed(where + problem_text(response));
    const bool there = co_await is_there(shop, row);
    if (!there)
        throw CommandFailed(where + "the shop has another book with the id " + std::to_string(row.id));
    ++tally_.there_already;
}

awaitable<bool> Importer::is_there(ShopClient& shop, const BookRow& row) {
    net::HttpRequest request;
    request.target = "/v1/books/" + std::to_string(row.id);
    const net::Response response = co_await shop.send(std::move(request), Repeat::always);
    require_success(response);
    const Book book = parse_book(response);
    const auto same = [&](const char* member, const std::string& text) {
        const auto* value = row.book.if_contains(member);
        return value != nullptr && value->is_string() && value->get_string() == text;
    };
    co_return same("title", book.title) && same("topic", book.topic);
}

} // namespace bookstore::ctl::importing
