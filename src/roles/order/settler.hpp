#pragma once
/// \file
/// Makes both sides agree in the end (DESIGN section 4, steps 4 and 5): the order leader tells the catalog
/// which sales stand in the book, and writes into the book the sales that nobody else did.
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/cluster/group_client.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/roles/protocol.hpp>

#include "roles/order/replica.hpp"
#include "roles/version_ages.hpp"

namespace bookstore::roles::order {

/// Thread: the loop. Every replica has one; it acts while its replica leads.
class Settler {
public:
    /// What is given outlives this, and this its executor's handlers.
    Settler(const World& world, Replica& replica, cluster::GroupClient& catalog);

    void start();
    void stop();

private:
    void wait();
    boost::asio::awaitable<void> round();
    boost::asio::awaitable<void> settle_recorded();
    /// A page of them, in one proposal. True when the next page may follow at once: there were some, and the
    /// book has them all.
    boost::asio::awaitable<bool> record_unsettled();
    boost::asio::awaitable<UnsettledAnswer> ask_unsettled();
    /// Tells the catalog that the book has these keys. False when that cannot be said to have happened.
    boost::asio::awaitable<bool> settle(std::vector<std::string> keys);
    bool may_act() const { return !stopped_ && replica_.leading(); }
    base::TimePoint patience() const;

    World world_;
    Replica& replica_;
    cluster::GroupClient& catalog_;
    VersionAges ages_; ///< of the catalog, that are too old for a sale to be left to its maker
    std::unique_ptr<base::Timer> timer_;
    bool stopped_ = false;
};

} // namespace bookstore::roles::order
