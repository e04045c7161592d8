#include "sim/shop/answers.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace bookstore::shopsim {
namespace {

namespace json = boost::json;

std::uint64_t positive(const json::value& value) {
    return value.to_number<std::uint64_t>();
}

history::Read to_read(const json::object& book, const net::Response& response) {
    history::Read read;
    read.item = positive(book.at("id"));
    read.shown =
        history::Shown{book.at("stock").to_number<std::int64_t>(), book.at("cost").to_number<std::int64_t>()};
    read.version = std::stoull(std::string(response.header("Bookstore-Version").value()));
    read.source = response.header("Bookstore-Source").value_or("");
    return read;
}

} // namespace

std::string order_body(const Content& content) {
    json::array lines;
    for (const auto& line : content)
        lines.push_back(json::object{{"item", shop::number(line.item)}, {"quantity", line.quantity}});
    return json::serialize(json::object{{"lines", std::move(lines)}});
}

std::optional<Receipt> read_purchase(const net::Response& response) {
    Receipt receipt;
    if (response.status == 200) {
        if (response.body == "Out of Stock") return std::nullopt;
        receipt.order = std::stoull(std::string(response.header("Bookstore-Order").value()));
        return receipt;
    }
    const auto order = json::parse(response.body).as_object();
    receipt.order = positive(order.at("order"));
    for (const auto& value : order.at("lines").as_array()) {
        const auto& line = value.as_object();
        receipt.lines.push_back({positive(line.at("item")), line.at("quantity").to_number<std::int64_t>(),
                                 line.at("cost").to_number<std::int64_t>()});
    }
    return receipt;
}

std::vector<history::Shortage> read_shortages(const net::Response& response) {
    std::vector<history::Shortage> shortages;
    const auto problem = json::parse(response.body).as_object();
    for (const auto& value : problem.at("short").as_array()) {
        const auto& item = value.as_object();
        shortages.push_back({positive(item.at("item")), item.at("stock").to_number<std::int64_t>()});
    }
    return shortages;
}

bool same_lines(const std::vector<history::BuyLine>& a, const std::vector<history::BuyLine>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const history::BuyLine& one, const history::BuyLine& other) {
                          return one.item == other.item && one.quantity == other.quantity;
                      });
}

std::vector<history::Read> read_books(const net::Response& response) {
    std::vector<history::Read> reads;
    const auto body = json::parse(response.body).as_object();
    if (!body.contains("books")) {
        reads.push_back(to_read(body, response));
        return reads;
    }
    for (const auto& book : body.at("books").as_array())
        reads.push_back(to_read(book.as_object(), response));
    return reads;
}

std::string read_order_key(const net::Response& response) {
    return std::string(json::parse(response.body).as_object().at("key").as_string());
}

} // namespace bookstore::shopsim
