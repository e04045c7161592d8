#include "roles/order/order_desk.hpp"

#include <bookstore/net/loop.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles::order {

using base::Errc;
using boost::asio::awaitable;

OrderDesk::OrderDesk(const World& world, Replica& replica, cluster::GroupClient& catalog)
    : scheduler_(world.scheduler),
      replica_(replica),
      catalog_(catalog),
      purchases_(world.scheduler, ports(), world.metrics) {}

PurchasePorts OrderDesk::ports() {
    return {
        [this](std::string_view key) { return replica_.state().find_key(key); },
        [this](shop::Sell sale, base::TimePoint deadline) { return sell(std::move(sale), deadline); },
        [this](shop::Record entry, base::TimePoint deadline) { return record(std::move(entry), deadline); },
    };
}

awaitable<base::result<PurchaseAnswer>> OrderDesk::purchase(Purchase purchase, base::TimePoint deadline) {
    if (draining_) co_return Errc::stopping;
    if (!serving()) co_return Errc::not_ready;
    co_return co_await purchases_.purchase(std::move(purchase), deadline);
}

awaitable<base::result<FindOrderAnswer>> OrderDesk::find(FindOrderRequest request, base::TimePoint deadline) {
    const auto reached = co_await replica_.read_barrier(deadline);
    if (!reached) co_return reached.error();
    if (!serving()) co_return Errc::not_ready;
    FindOrderAnswer answer;
    if (const auto order = replica_.state().find(shop::OrderNumber{request.number})) answer.order = *order;
    co_return answer;
}

awaitable<void> OrderDesk::drain(base::TimePoint deadline) {
    constexpr base::Duration look_again = base::milliseconds(2);
    draining_ = true;
    while (purchases_.in_flight() > 0 && scheduler_.now() < deadline)
        co_await net::sleep_until(scheduler_, scheduler_.now() + look_again);
}

awaitable<base::result<SaleAnswer>> OrderDesk::sell(shop::Sell sale, base::TimePoint deadline) {
    const std::string command = encode(shop::CatalogCommand{std::move(sale)});
    const auto applied =
        co_await propose_to(catalog_, catalog_group_methods, command, deadline, cluster::Repeat::always);
    if (!applied) co_return applied.error();
    auto outcome = shop::decode_catalog_outcome(applied->outcome);
    if (!outcome) co_return outcome.error();
    SaleAnswer answer{std::move(*outcome), applied->took};
    co_return answer;
}

awaitable<base::result<shop::OrderOutcome>> OrderDesk::record(shop::Record entry, base::TimePoint deadline) {
    const std::string command = encode(shop::OrderCommand{std::move(entry)});
    const auto applied = co_await replica_.propose_anywhere(command, deadline);
    if (!applied) co_return applied.error();
    co_return shop::decode_order_outcome(applied->outcome);
}

bool OrderDesk::serving() const {
    return replica_.status().phase == replication::Phase::serving;
}

} // namespace bookstore::roles::order
