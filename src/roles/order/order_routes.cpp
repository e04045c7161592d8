#include "roles/order/order_routes.hpp"

#include <algorithm>
#include <optional>
#include <variant>

#include <bookstore/base/limits.hpp>
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>
#include <bookstore/roles/purchase_http.hpp>

#include "roles/group_member.hpp"
#include "roles/page_request.hpp"
#include "roles/timing.hpp"

namespace bookstore::roles::order {

using boost::asio::awaitable;

OrderRoutes::OrderRoutes(const Node& node, const World& world, Replica& replica, OrderDesk& desk)
    : node_(node), world_(world), replica_(replica), desk_(desk) {}

std::vector<net::Route> OrderRoutes::table() {
    using enum net::Verb;
    const auto to = [this](auto handler) {
        return [this, handler](net::Request request) { return (this->*handler)(std::move(request)); };
    };
    constexpr auto access = net::Access::internal;
    return {
        {get, "/buy", to(&OrderRoutes::buy), access, false},
        {post, "/buy", to(&OrderRoutes::buy), access},
        {post, "/v1/orders", to(&OrderRoutes::order), access},
        {get, "/v1/orders", to(&OrderRoutes::list), access},
        {get, "/v1/orders/{number}", to(&OrderRoutes::find), access},
        {get, "/heartbeat", to(&OrderRoutes::heartbeat), access, true, true},
    };
}

awaitable<net::Response> OrderRoutes::buy(net::Request request) {
    auto parsed = parse_buy(request, world_.random);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await desk_.purchase(std::get<Purchase>(std::move(parsed)), request.deadline);
    co_return with_times(buy_response(answer), request, answer);
}

awaitable<net::Response> OrderRoutes::order(net::Request request) {
    auto parsed = parse_order(request, world_.random);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await desk_.purchase(std::get<Purchase>(std::move(parsed)), request.deadline);
    co_return with_times(order_response(answer), request, answer);
}

awaitable<net::Response> OrderRoutes::find(net::Request request) {
    auto parsed = parse_find_order(request);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await desk_.find(std::get<FindOrderRequest>(parsed), request.deadline);
    co_return find_order_response(answer);
}

/// As this replica has applied them, so that replicas can be compared.
awaitable<net::Response> OrderRoutes::list(net::Request request) {
    namespace limits = base::limits;
    auto asked = parse_page(request, "an order number", limits::page_orders_max);
    if (auto* refusal = std::get_if<net::Response>(&asked)) co_return std::move(*refusal);
    const auto& page = std::get<PageRequest>(asked);
    const std::uint64_t limit = page.limit.value_or(limits::page_orders_max);
    if (!replica_.status().contents_whole) co_return net::problem_from(base::Errc::not_ready);
    const shop::OrderState& state = replica_.state();
    const std::uint64_t last = shop::number(state.last_number());
    const std::uint64_t until =
        page.after >= last ? page.after : page.after + std::min(limit, last - page.after);
    std::string body = R"({"orders":[)";
    for (std::uint64_t number = page.after + 1; number <= until; ++number) {
        if (number > page.after + 1) body += ',';
        body += json::order(*state.find(shop::OrderNumber{number}));
    }
    body += R"(],"next":)" + (until < last ? std::to_string(until) : "null") + "}";
    co_return net::json_response(std::move(body))
        .with("Bookstore-Version", std::to_string(replica_.applied()))
        .with("Bookstore-Source", "replica " + std::to_string(world_.config.id));
}

awaitable<net::Response> OrderRoutes::heartbeat(net::Request) {
    co_return heartbeat_response(cluster::Role::order, world_.config.id, replica_.status(),
                                 node_.readiness().ready);
}

} // namespace bookstore::roles::order
