#pragma once
/// \file
/// What an order replica does for who asks, over HTTP or the internal protocol: sells, and looks orders up.
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/cluster/group_client.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/roles/protocol.hpp>

#include "roles/order/purchase_service.hpp"
#include "roles/order/replica.hpp"

namespace bookstore::roles::order {

/// Thread: the loop. What is given outlives this, and this its executor's handlers.
class OrderDesk {
public:
    OrderDesk(const World& world, Replica& replica, cluster::GroupClient& catalog);

    /// not_ready while the replica does not serve: its book may be too old to know a key. Else as
    /// PurchaseService::purchase.
    boost::asio::awaitable<base::result<PurchaseAnswers>> purchase(std::vector<Purchase> purchases,
                                                                   base::TimePoint deadline);
    boost::asio::awaitable<base::result<PurchaseAnswer>> purchase(Purchase purchase,
                                                                  base::TimePoint deadline);
    /// Linearizable: asks the leader first how far it is.
    boost::asio::awaitable<base::result<FindOrderAnswer>> find(FindOrderRequest request,
                                                               base::TimePoint deadline);

    /// Refuses new purchases from now on (stopping) and waits for those under way.
    boost::asio::awaitable<void> drain(base::TimePoint deadline);

private:
    PurchasePorts ports();
    boost::asio::awaitable<base::result<SaleAnswers>> sell(std::vector<shop::Sell> sales,
                                                           base::TimePoint deadline);
    boost::asio::awaitable<base::result<std::vector<shop::OrderOutcome>>> record(Entries entries,
                                                                                 base::TimePoint deadline);
    bool serving() const;

    base::Scheduler& scheduler_;
    Replica& replica_;
    cluster::GroupClient& catalog_;
    PurchaseService purchases_;
    bool draining_ = false;
};

} // namespace bookstore::roles::order
