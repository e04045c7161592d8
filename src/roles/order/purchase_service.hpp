#pragma once
/// \file
/// Purchases, exactly once each, across two groups (DESIGN section 4): taken from the shelf by the catalog
/// group, then written into the book by this one.
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/roles/protocol.hpp>
#include <bookstore/shop/order_command.hpp>

#include "roles/order/admission.hpp"

namespace bookstore::roles::order {

/// What the catalog group said to each, and how long it took over all of them.
struct SaleAnswers {
    std::vector<shop::CatalogOutcome> outcomes;
    base::Duration took{};
};

/// `Record`s, kept as they are while they are tried again.
using Entries = std::shared_ptr<const std::vector<shop::OrderCommand>>;

/// The two groups, as purchases see them. Each call may be repeated with the same keys, gives an outcome for
/// each of what it was given, in order, and fails for all or none.
struct PurchasePorts {
    /// The order that this replica's book has under the key, if it does.
    std::function<std::optional<shop::Order>(std::string_view key)> find;
    std::function<boost::asio::awaitable<base::result<SaleAnswers>>(std::vector<shop::Sell>,
                                                                    base::TimePoint deadline)>
        sell;
    std::function<boost::asio::awaitable<base::result<std::vector<shop::OrderOutcome>>>(
        Entries, base::TimePoint deadline)>
        record;
};

/// Thread: the loop. Outlives its calls, and what it is given outlives it.
class PurchaseService {
public:
    using Answer = base::result<PurchaseAnswer>;
    static constexpr std::size_t in_flight_max = 4'096;

    PurchaseService(base::Scheduler& scheduler, PurchasePorts ports, base::Metrics& metrics);

    /// One call to each group for all of them, and an answer for each, in order. Refused: invalid_argument,
    /// overloaded, not_ready. `overloaded` is said at once, by how many of late ended in time. Unknown: the
    /// copies may have been taken, and then the order will be written by the settler if by nobody else; call
    /// again with the same key. Of calls with one key at the same moment each asks the groups, which know the
    /// key.
    boost::asio::awaitable<std::vector<Answer>> purchase(std::vector<Purchase> purchases,
                                                         base::TimePoint deadline);
    std::size_t in_flight() const { return *in_flight_; }
    std::size_t places() const { return admission_.places(); }

private:
    class Lot;
    using Sold = std::vector<std::size_t>; ///< places in a lot

    boost::asio::awaitable<void> execute(Lot& lot, base::TimePoint deadline);
    boost::asio::awaitable<void> record(Lot& lot, Sold sold, Entries entries, base::TimePoint deadline);
    void admit(Lot& lot) const;
    void count(const Answer& answer);

    base::Scheduler& scheduler_;
    PurchasePorts ports_;
    std::array<prometheus::Counter*, 6> ended_; ///< by how, see ending_of()
    Admission admission_{in_flight_max};
    /// Shared with the calls, which may end after the service when the loop is torn down.
    std::shared_ptr<std::size_t> in_flight_ = std::make_shared<std::size_t>(0);
};

} // namespace bookstore::roles::order
