#include "roles/order/order_routes.hpp"

#include <variant>

#include <bookstore/roles/purchase_http.hpp>

#include "roles/group_member.hpp"

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
        {get, "/v1/orders/{number}", to(&OrderRoutes::find), access},
        {get, "/heartbeat", to(&OrderRoutes::heartbeat), access, true, true},
    };
}

awaitable<net::Response> OrderRoutes::buy(net::Request request) {
    auto parsed = parse_buy(request, world_.random);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await desk_.purchase(std::get<Purchase>(std::move(parsed)), request.deadline);
    co_return buy_response(answer);
}

awaitable<net::Response> OrderRoutes::order(net::Request request) {
    auto parsed = parse_order(request, world_.random);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await desk_.purchase(std::get<Purchase>(std::move(parsed)), request.deadline);
    co_return order_response(answer);
}

awaitable<net::Response> OrderRoutes::find(net::Request request) {
    auto parsed = parse_find_order(request);
    if (auto* refusal = std::get_if<net::Response>(&parsed)) co_return std::move(*refusal);
    const auto answer = co_await desk_.find(std::get<FindOrderRequest>(parsed), request.deadline);
    co_return find_order_response(answer);
}

awaitable<net::Response> OrderRoutes::heartbeat(net::Request) {
    co_return heartbeat_response(cluster::Role::order, world_.config.id, replica_.status(),
                                 node_.readiness().ready);
}

} // namespace bookstore::roles::order
