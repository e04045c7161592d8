#pragma once
/// \file
/// Changes to the catalogue that come through a frontend: proposed to the catalog's leader.
#include <boost/asio/awaitable.hpp>

#include <bookstore/cluster/group_client.hpp>
#include <bookstore/cluster/health.hpp>
#include <bookstore/net/http_message.hpp>
#include <bookstore/shop/catalog_command.hpp>

namespace bookstore::roles::frontend {

/// A change carries no key, so it is sent again only when it certainly had no effect. Thread: the loop.
class BookAdmin {
public:
    /// Both outlive this, and this its loop's tasks.
    BookAdmin(cluster::GroupClient& catalog, const cluster::HealthMonitor& monitor)
        : catalog_(catalog), monitor_(monitor) {}

    // Handlers, by the route they serve.
    boost::asio::awaitable<net::Response> change(net::Request request); ///< PATCH /v1/books/{id}
    boost::asio::awaitable<net::Response> add(net::Request request);    ///< POST /v1/books

private:
    boost::asio::awaitable<net::Response> propose(shop::CatalogCommand command, base::TimePoint deadline);

    cluster::GroupClient& catalog_;
    const cluster::HealthMonitor& monitor_;
};

} // namespace bookstore::roles::frontend
