#pragma once
/// \file
/// What the catalog's leader does on its own: fills the shelf of a new shop, and forgets old sales.
///
/// A sale is forgotten when it has been settled or refused for the retention time by this process's monotonic
/// clock, whoever led meanwhile. A process that starts begins to count anew, so crashes only make the time
/// longer; wall clocks have no say.
#include <filesystem>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include <bookstore/roles/node.hpp>

#include "roles/catalog/replica.hpp"
#include "roles/catalog/stock_parts.hpp"
#include "roles/version_ages.hpp"

namespace bookstore::roles::catalog {

/// Thread: the loop. Every replica has one; it acts while its replica leads.
class Housekeeping {
public:
    /// What is given outlives this, and this its executor's handlers.
    Housekeeping(const World& world, Replica& replica);

    /// Throws std::runtime_error when the shop is still to be opened and the catalogue file is not in order.
    void start();
    void stop();

private:
    void wait();
    boost::asio::awaitable<void> round();
    boost::asio::awaitable<void> stock();
    boost::asio::awaitable<void> forget_old_sales();
    /// The part of the catalogue that the shop waits for; nothing when the file has no such part.
    std::optional<shop::Stock> part(std::uint64_t number);
    bool may_act() const { return !stopped_ && replica_.leading(); }

    World world_;
    Replica& replica_;
    VersionAges ages_;                  ///< that are beyond the retention time
    std::unique_ptr<StockParts> parts_; ///< while stocking
    std::unique_ptr<base::Timer> timer_;
    bool stopped_ = false;
};

} // namespace bookstore::roles::catalog
