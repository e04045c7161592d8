#pragma once
/// \file
/// One purchase, exactly once, across two groups (DESIGN section 4): taken from the shelf by the catalog
/// group, then written into the book by this one.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/roles/protocol.hpp>
#include <bookstore/shop/order_command.hpp>

#include "roles/order/admission.hpp"

namespace bookstore::roles::order {

/// What the catalog group said, and how long it took over it.
struct SaleAnswer {
    shop::CatalogOutcome outcome;
    base::Duration took{};
};

/// The two groups, as a purchase sees them. Each call may be repeated with the same key.
struct PurchasePorts {
    /// The order that this replica's book has under the key, if it does.
    std::function<std::optional<shop::Order>(std::string_view key)> find;
    std::function<boost::asio::awaitable<base::result<SaleAnswer>>(shop::Sell, base::TimePoint deadline)>
        sell;
    std::function<boost::asio::awaitable<base::result<shop::OrderOutcome>>(shop::Record,
                                                                           base::TimePoint deadline)>
        record;
};

/// Thread: the loop. Outlives its calls, and what it is given outlives it.
class PurchaseService {
public:
    static constexpr std::size_t in_flight_max = 4'096;

    PurchaseService(base::Scheduler& scheduler, PurchasePorts ports, base::Metrics& metrics);

    /// Calls with one key at the same moment share one flight. Refused: invalid_argument, overloaded,
    /// not_ready. `overloaded` is said at once, by how many of late ended in time. Unknown: the copies may
    /// have been taken, and then the order will be written by the settler if by nobody else; call again with
    /// the same key.
    boost::asio::awaitable<base::result<PurchaseAnswer>> purchase(Purchase purchase,
                                                                  base::TimePoint deadline);
    std::size_t in_flight() const { return traffic_->calls; }
    std::size_t places() const { return admission_.places(); }

private:
    using Answer = base::result<PurchaseAnswer>;
    struct Flight {
        std::vector<shop::Line> lines;
        std::vector<net::Promise<Answer>> passengers;
    };
    /// Shared with the flights, which may end after the service when the loop is torn down.
    struct Traffic {
        std::map<std::string, Flight, std::less<>> flights;
        std::size_t calls = 0;
    };
    class Call;
    class Landing;

    boost::asio::awaitable<Answer> fly(Purchase purchase, base::TimePoint deadline);
    boost::asio::awaitable<Answer> join(Flight& flight, base::TimePoint deadline);
    boost::asio::awaitable<Answer> execute(Purchase purchase, base::TimePoint deadline);
    boost::asio::awaitable<Answer> record(std::string key, shop::Sold sold, base::TimePoint deadline);
    void count(const Answer& answer);

    base::Scheduler& scheduler_;
    PurchasePorts ports_;
    base::Metrics& metrics_;
    Admission admission_{in_flight_max};
    std::shared_ptr<Traffic> traffic_ = std::make_shared<Traffic>();
};

} // namespace bookstore::roles::order
