#pragma once
/// \file
/// Purchases and orders: passed to an order replica, and to the next with the same key when that one fails.
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "roles/frontend/balancer.hpp"
#include "roles/frontend/frontend_metrics.hpp"
#include "roles/frontend/purchase_calls.hpp"
#include "roles/frontend/retry_budget.hpp"
#include <bookstore/net/http_message.hpp>
#include <bookstore/net/plain_post.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/roles/protocol.hpp>
#include <bookstore/roles/purchase_http.hpp>

namespace bookstore::roles::frontend {

/// Thread: the loop. References outlive this, and this its loop's tasks.
class OrderPath {
public:
    OrderPath(const World& world, Balancer& balancer, FrontendMetrics& metrics);

    // Handlers, by the route they serve.
    boost::asio::awaitable<net::Response> buy(net::Request request);
    boost::asio::awaitable<net::Response> order(net::Request request);
    boost::asio::awaitable<net::Response> find(net::Request request);

    /// A net::PostHandler: the same for what is a purchase at first sight, without a coroutine.
    bool take(const net::PlainPost& post, net::Reply& reply);

private:
    enum class Surface { original, v1 };
    class Errand;
    class AwaitedErrand;
    class PlainErrand;

    boost::asio::awaitable<net::Response> answer(Surface surface, PurchaseRequest wanted,
                                                 net::Request request);
    boost::asio::awaitable<base::result<PurchaseAnswer>> purchase(Purchase wanted, base::TimePoint deadline);
    bool has_room() const;
    net::Response response(Surface surface, const base::result<PurchaseAnswer>& answer,
                           const std::string& key) const;
    boost::asio::awaitable<base::result<FindOrderAnswer>> look_up(FindOrderRequest request,
                                                                  base::TimePoint deadline);

    World world_;
    Balancer& balancer_;
    FrontendMetrics& metrics_;
    RetryBudget budget_;
    PurchaseCalls calls_;
    std::shared_ptr<std::size_t> in_flight_; ///< shared with the purchases: they may be destroyed after this
};

} // namespace bookstore::roles::frontend
