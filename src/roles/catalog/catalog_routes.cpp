#include "roles/catalog/catalog_routes.hpp"

#include <variant>

#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles::catalog {
namespace {

/// ?item=N or ?topic=T, one of them.
std::variant<Query, net::Response> parse_query(const net::Request& request) {
    const auto item = request.parameter("item");
    const auto topic = request.parameter("topic");
    if (item.has_value() == topic.has_value())
        return net::problem(400, "Give either \"item\" or \"topic\": /query?item=N, /query?topic=T.");
    Query query;
    if (topic) {
        query.shape = Query::Shape::search;
        query.topic = std::string(*topic);
        return query;
    }
    const auto number = json::parse_positive(*item);
    if (!number) return net::problem(400, "The parameter \"item\" must be a positive integer.");
    query.item = *number;
    return query;
}

net::Response answered(const base::result<QueryAnswer>& answer, unsigned replica) {
    if (!answer && answer.error() == base::Errc::too_large)
        return net::problem(
            422, "This topic has more books than one answer holds. Page by page: /v1/books?topic=.");
    if (!answer) return net::problem_from(answer.error());
    net::Response response = net::json_response(answer->body, answer->status);
    if (answer->status != 200) response.content_type = "application/problem+json";
    return std::move(response)
        .with("Bookstore-Version", std::to_string(answer->version))
        .with("Bookstore-Source", "replica " + std::to_string(replica));
}

struct UpdateAnswer {
    std::uint64_t version;

    net::Response operator()(const shop::Updated& updated) const {
        return net::json_response(json::books({&updated.book}))
            .with("Bookstore-Version", std::to_string(version));
    }
    net::Response operator()(const shop::UnknownItem& unknown) const {
        return net::problem(404, "There is no item " + std::to_string(shop::number(unknown.item)) + ".",
                            "unknown-item");
    }
    net::Response operator()(const shop::UpdateRefused& refused) const {
        return net::problem(
            409,
            "Stock would fall below zero or rise beyond its bound; nothing was changed. There are " +
                std::to_string(refused.book.stock) + " copies.",
            "update-refused");
    }
    net::Response operator()(const shop::NotOpen&) const { return net::problem_from(base::Errc::not_ready); }
    net::Response operator()(const auto&) const {
        return net::problem(500, "The catalog gave an outcome that no update has.");
    }
};

} // namespace

CatalogRoutes::CatalogRoutes(const Node& node, unsigned id, Replica& replica, QueryService& queries,
                             Resync& resync)
    : node_(node), id_(id), replica_(replica), queries_(queries), resync_(resync) {}

std::vector<net::Route> CatalogRoutes::table() {
    using enum net::Verb;
    const auto to = [this](auto handler) {
        return [this, handler](net::Request request) { return (this->*handler)(std::move(request)); };
    };
    constexpr auto access = net::Access::internal;
    return {
        {get, "/query", to(&CatalogRoutes::query), access},
        {post, "/update", to(&CatalogRoutes::update), access},
        {get, "/heartbeat", to(&CatalogRoutes::heartbeat), access, true, true},
        {get, "/resync", to(&CatalogRoutes::resync), access},
    };
}

boost::asio::awaitable<net::Response> CatalogRoutes::query(net::Request request) {
    auto parsed = parse_query(request);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    Query query = std::get<Query>(std::move(parsed));
    const auto version = request.header("Bookstore-Min-Version");
    if (!version) {
        const auto latest = co_await queries_.answer_latest(std::move(query), request.deadline);
        co_return answered(latest, id_);
    }
    const auto minimum = json::parse_positive(*version);
    if (!minimum) co_return net::problem(400, "Bookstore-Min-Version must be a positive integer.");
    query.minimum_version = *minimum;
    const auto answer = co_await queries_.answer(std::move(query), request.deadline);
    co_return answered(answer, id_);
}

boost::asio::awaitable<net::Response> CatalogRoutes::update(net::Request request) {
    const auto item = request.parameter("item");
    if (!item) co_return net::problem(400, "The parameter \"item\" is missing: /update?item=N.");
    const auto number = json::parse_positive(*item);
    if (!number) co_return net::problem(400, "The parameter \"item\" must be a positive integer.");
    const auto change = json::parse_book_change(request.body, true);
    if (!change.value) co_return net::problem(400, change.problem);

    const std::string command = encode(
        shop::CatalogCommand{shop::Update{shop::ItemId{*number}, change.value->delta, change.value->cost}});
    base::result<replication::Applied> applied = base::Errc::not_leader;
    if (change.value->order == 0)
        applied = co_await replica_.Engine::propose(command, request.deadline); // passed on already
    else
        applied = co_await replica_.propose_anywhere(command, request.deadline);
    if (!applied && base::outcome_is_unknown(applied.error()))
        co_return net::problem_from(applied.error(),
                                    "The outcome could not be established in time. Look at the "
                                    "book before repeating the request.");
    const std::string shortage = replica_.status().shortage;
    if (!applied && applied.error() == base::Errc::overloaded && !shortage.empty())
        co_return net::problem(503, "No writes are taken on, and nothing was done: " + shortage + ".",
                               "disk-full")
            .with("Retry-After", "5");
    if (!applied) co_return net::problem_from(applied.error());
    const auto outcome = shop::decode_catalog_outcome(applied->outcome);
    if (!outcome) co_return net::problem_from(outcome.error());
    co_return std::visit(UpdateAnswer{applied->version}, *outcome);
}

boost::asio::awaitable<net::Response> CatalogRoutes::heartbeat(net::Request) {
    co_return heartbeat_response(cluster::Role::catalog, id_, replica_.status(), node_.readiness().ready);
}

boost::asio::awaitable<net::Response> CatalogRoutes::resync(net::Request request) {
    if (!replica_.status().contents_whole) co_return net::problem_from(base::Errc::not_ready);
    const std::uint64_t version = replica_.applied(); // of the moment of the call, as what is told
    net::Response answer = co_await resync_.answer(std::move(request));
    if (answer.status != 200) co_return answer;
    co_return std::move(answer)
        .with("Bookstore-Version", std::to_string(version))
        .with("Bookstore-Source", "replica " + std::to_string(id_));
}

} // namespace bookstore::roles::catalog
