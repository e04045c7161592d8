#pragma once
/// \file
/// The catalog's part of docs/openapi.json.
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/net/router.hpp>
#include <bookstore/roles/node.hpp>

#include "roles/catalog/query_service.hpp"
#include "roles/catalog/replica.hpp"
#include "roles/catalog/resync.hpp"

namespace bookstore::roles::catalog {

/// Thread: the loop. What is given outlives this, and this the router.
class CatalogRoutes {
public:
    CatalogRoutes(const Node& node, unsigned id, Replica& replica, QueryService& queries, Resync& resync);

    std::vector<net::Route> table();

private:
    boost::asio::awaitable<net::Response> query(net::Request request);
    boost::asio::awaitable<net::Response> update(net::Request request);
    boost::asio::awaitable<net::Response> heartbeat(net::Request request);
    boost::asio::awaitable<net::Response> resync(net::Request request);

    const Node& node_;
    unsigned id_;
    Replica& replica_;
    QueryService& queries_;
    Resync& resync_;
};

} // namespace bookstore::roles::catalog
