#pragma once
/// \file
/// What frontends say, as values. Each function throws CommandFailed when an answer is not of the promised
/// shape.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <bookstore/ctl/shop_client.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::ctl {

struct Book {
    std::int64_t id = 0;
    std::string title, topic;
    std::int64_t cost = 0, stock = 0;
};

struct Page {
    std::vector<Book> books;
    std::string next; ///< where the next page begins, as it stands in ?after=; empty: this was the last
    boost::json::array raw;
};

struct OrderLine {
    std::int64_t item = 0;
    std::string title;
    std::int64_t quantity = 0, cost = 0;
};

struct Order {
    std::int64_t number = 0;
    std::string key, at;
    std::vector<OrderLine> lines;
    std::int64_t total = 0;
};

/// Calls `use` with the parsed answer, and turns what it finds missing into CommandFailed.
template <typename Use>
auto with_json(const net::Response& response, Use use) {
    try {
        return use(boost::json::parse(response.body));
    } catch (const CommandFailed&) {
        throw;
    } catch (const std::exception& e) { // parse(), at() and as_...() throw several kinds
        throw CommandFailed(std::string("the answer is not what was asked for (") + e.what() +
                            "); is that really a frontend of the shop?");
    }
}

Book parse_book(const net::Response& response);
Page parse_page(const net::Response& response);
Order parse_order(const net::Response& response);

/// What a problem+json answer says was wrong, as one line; its status when it says nothing.
std::string problem_text(const net::Response& response);

/// Throws CommandFailed with the problem's text, and what to do about it, unless the status is 2xx.
void require_success(const net::Response& response);

} // namespace bookstore::ctl
