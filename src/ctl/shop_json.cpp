#include "ctl/shop_json.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <bookstore/ctl/text_table.hpp>

namespace bookstore::ctl {
namespace {

namespace json = boost::json;

std::int64_t integer(const json::object& from, std::string_view member) {
    return from.at(member).to_number<std::int64_t>();
}

std::string text(const json::object& from, std::string_view member) {
    return printable(std::string_view(from.at(member).as_string()));
}

Book book_of(const json::value& value) {
    const json::object& from = value.as_object();
    return {integer(from, "id"), text(from, "title"), text(from, "topic"), integer(from, "cost"),
            integer(from, "stock")};
}

Page page_of(const json::value& value) {
    Page page;
    page.raw = value.at("books").as_array();
    for (const json::value& book : page.raw)
        page.books.push_back(book_of(book));
    const json::object& from = value.as_object();
    if (const json::value* next = from.if_contains("next"); next != nullptr && !next->is_null())
        page.next = next->is_string() ? std::string(next->as_string()) : json::serialize(*next);
    return page;
}

Order order_of(const json::value& value) {
    const json::object& from = value.as_object();
    Order order{integer(from, "order"), text(from, "key"), text(from, "at"), {}, integer(from, "total")};
    for (const json::value& line : from.at("lines").as_array()) {
        const json::object& fields = line.as_object();
        order.lines.push_back({integer(fields, "item"), text(fields, "title"), integer(fields, "quantity"),
                               integer(fields, "cost")});
    }
    return order;
}

std::string short_items(const json::object& problem) {
    const json::value* items = problem.if_contains("short");
    if (items == nullptr || !items->is_array()) return {};
    std::string all;
    for (const json::value& item : items->get_array()) {
        const json::object& fields = item.as_object();
        all += (all.empty() ? "" : ", ") + ("item " + std::to_string(integer(fields, "item"))) + " has " +
               std::to_string(integer(fields, "stock")) + " left";
    }
    return all;
}

} // namespace

Book parse_book(const net::Response& response) {
    return with_json(response, book_of);
}
Page parse_page(const net::Response& response) {
    return with_json(response, page_of);
}
Order parse_order(const net::Response& response) {
    return with_json(response, order_of);
}

std::string problem_text(const net::Response& response) {
    const std::string status = "status " + std::to_string(response.status);
    boost::system::error_code failure;
    const json::value value = json::parse(response.body, failure);
    if (failure || !value.is_object()) return status;
    const json::object& problem = value.get_object();
    for (const char* member : {"detail", "title"}) {
        const json::value* said = problem.if_contains(member);
        if (said != nullptr && said->is_string() && !said->get_string().empty())
            return printable(std::string_view(said->get_string()));
    }
    return status;
}

void require_success(const net::Response& response) {
    if (response.status >= 200 && response.status < 300) return;
    std::string message = problem_text(response);
    if (response.status == 401 || response.status == 403)
        message += "; --admin-secret-file names the file with the credential";
    if (response.status == 409) {
        const std::string items =
            with_json(response, [](const json::value& value) { return short_items(value.as_object()); });
        if (!items.empty()) message = "out of stock: " + items;
    }
    throw CommandFailed(message);
}

} // namespace bookstore::ctl
