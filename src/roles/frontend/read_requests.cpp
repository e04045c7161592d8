#include "roles/frontend/read_requests.hpp"

#include <string>

#include <bookstore/base/limits.hpp>
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

namespace bookstore::roles::frontend {
namespace {

namespace limits = base::limits;

/// Fills in the topic; what is wrong with it otherwise.
std::optional<net::Response> read_topic(std::string_view topic, Query& query) {
    if (topic.empty() || topic.size() > limits::topic_bytes_max)
        return net::problem(400, "The parameter \"topic\" must be 1 to " +
                                     std::to_string(limits::topic_bytes_max) + " bytes of text.");
    query.topic = topic;
    return std::nullopt;
}

/// Fills in `query`'s limit and after; what is wrong with them otherwise.
std::optional<net::Response> read_cursor(const net::Request& request, Query& query) {
    query.limit = limits::page_books_default;
    if (const auto text = request.parameter("limit")) {
        const auto limit = json::parse_positive(*text);
        if (!limit || *limit > limits::page_books_max)
            return net::problem(400, "The parameter \"limit\" must be an integer from 1 to " +
                                         std::to_string(limits::page_books_max) + ".");
        query.limit = *limit;
    }
    if (const auto text = request.parameter("after"); text && *text != "0") {
        const auto after = json::parse_positive(*text);
        if (!after)
            return net::problem(
                400, "The parameter \"after\" must be the \"next\" of the page before, an integer from 0.");
        query.after = *after;
    }
    return std::nullopt;
}

} // namespace

ReadRequest parse_search(const net::Request& request) {
    const auto topic = request.parameter("topic");
    if (!topic) return net::problem(400, "The parameter \"topic\" is missing: /search?topic=T.");
    Query query;
    query.shape = Query::Shape::search;
    if (auto refusal = read_topic(*topic, query)) return std::move(*refusal);
    return query;
}

ReadRequest parse_lookup(const net::Request& request) {
    const auto text = request.parameter("item");
    if (!text) return net::problem(400, "The parameter \"item\" is missing: /lookup?item=N.");
    const auto item = json::parse_positive(*text);
    if (!item) return net::problem(400, "The parameter \"item\" must be a positive integer.");
    Query query;
    query.shape = Query::Shape::lookup;
    query.item = *item;
    return query;
}

ReadRequest parse_page(const net::Request& request) {
    Query query;
    query.shape = Query::Shape::page;
    if (auto refusal = read_cursor(request, query)) return std::move(*refusal);
    if (const auto topic = request.parameter("topic")) {
        if (auto refusal = read_topic(*topic, query)) return std::move(*refusal);
    }
    if (const auto words = request.parameter("q")) {
        if (words->empty() || words->size() > limits::query_bytes_max)
            return net::problem(400, "The parameter \"q\" must be words of 1 to " +
                                         std::to_string(limits::query_bytes_max) + " bytes together.");
        query.words = *words;
    }
    return query;
}

ReadRequest parse_book(const net::Request& request) {
    const auto item = json::parse_positive(request.captures.at(0));
    if (!item) return net::problem(400, "A book's id is a positive integer.");
    Query query;
    query.shape = Query::Shape::book;
    query.item = *item;
    return query;
}

} // namespace bookstore::roles::frontend
