#pragma once
/// \file
/// The order server's part of docs/openapi.json.
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/net/router.hpp>
#include <bookstore/roles/node.hpp>

#include "roles/order/order_desk.hpp"

namespace bookstore::roles::order {

/// Thread: the loop. What is given outlives this, and this the router.
class OrderRoutes {
public:
    OrderRoutes(const Node& node, const World& world, Replica& replica, OrderDesk& desk);

    std::vector<net::Route> table();

private:
    boost::asio::awaitable<net::Response> buy(net::Request request);
    boost::asio::awaitable<net::Response> order(net::Request request);
    boost::asio::awaitable<net::Response> find(net::Request request);
    boost::asio::awaitable<net::Response> list(net::Request request);
    boost::asio::awaitable<net::Response> heartbeat(net::Request request);

    const Node& node_;
    World world_;
    Replica& replica_;
    OrderDesk& desk_;
};

} // namespace bookstore::roles::order
