#include "roles/order/order_desk.hpp"

#include <bookstore/net/loop.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles::order {

using base::Errc;
using boost::asio::awaitable;

namespace {

/// protocol_error unless there are `count`, and each is an outcome.
template <typename Outcome, typename Decode>
base::result<std::vector<Outcome>> decode_each(const base::result<replication::AppliedAll>& applied,
                                               std::size_t count, Decode decode) {
    if (!applied) return applied.error();
    if (applied->outcomes.size() != count) return Errc::protocol_error;
    std::vector<Outcome> outcomes;
    outcomes.reserve(count);
    for (const std::string_view bytes : applied->outcomes) {
        auto outcome = decode(bytes);
        if (!outcome) return outcome.error();
        outcomes.push_back(std::move(*outcome));
    }
    return outcomes;
}

} // namespace

OrderDesk::OrderDesk(const World& world, Replica& replica, cluster::GroupClient& catalog)
    : scheduler_(world.scheduler),
      replica_(replica),
      catalog_(catalog),
      purchases_(world.scheduler, ports(), world.metrics) {}

PurchasePorts OrderDesk::ports() {
    return {
        [this](std::string_view key) { return replica_.state().find_key(key); },
        [this](std::vector<shop::Sell> sales, base::TimePoint deadline) {
            return sell(std::move(sales), deadline);
        },
        [this](Entries entries, base::TimePoint deadline) { return record(std::move(entries), deadline); },
    };
}

awaitable<base::result<PurchaseAnswers>> OrderDesk::purchase(std::vector<Purchase> purchases,
                                                             base::TimePoint deadline) {
    if (draining_) co_return Errc::stopping;
    if (!serving()) co_return Errc::not_ready;
    PurchaseAnswers answers;
    answers.answers = co_await purchases_.purchase(std::move(purchases), deadline);
    co_return answers;
}

awaitable<base::result<PurchaseAnswer>> OrderDesk::purchase(Purchase purchase, base::TimePoint deadline) {
    std::vector<Purchase> one;
    one.push_back(std::move(purchase));
    auto answers = co_await this->purchase(std::move(one), deadline);
    if (!answers) co_return answers.error();
    co_return std::move(answers->answers.front());
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

awaitable<base::result<SaleAnswers>> OrderDesk::sell(std::vector<shop::Sell> sales,
                                                     base::TimePoint deadline) {
    replication::Bundle commands;
    for (shop::Sell& sale : sales)
        commands.add(encode(shop::CatalogCommand{std::move(sale)}));
    const auto applied = co_await propose_all_to(catalog_, catalog_group_methods, std::move(commands),
                                                 deadline, cluster::Repeat::always);
    auto outcomes = decode_each<shop::CatalogOutcome>(applied, sales.size(), shop::decode_catalog_outcome);
    if (!outcomes) co_return outcomes.error();
    SaleAnswers answers{std::move(*outcomes), applied->took};
    co_return answers;
}

awaitable<base::result<std::vector<shop::OrderOutcome>>> OrderDesk::record(Entries entries,
                                                                           base::TimePoint deadline) {
    replication::Bundle commands;
    for (const shop::OrderCommand& entry : *entries)
        commands.add(encode(entry));
    const auto applied = co_await replica_.propose_all_anywhere(std::move(commands), deadline);
    co_return decode_each<shop::OrderOutcome>(applied, entries->size(), shop::decode_order_outcome);
}

bool OrderDesk::serving() const {
    return replica_.phase() == replication::Phase::serving;
}

} // namespace bookstore::roles::order
