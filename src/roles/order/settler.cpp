#include "roles/order/settler.hpp"

#include <algorithm>
#include <utility>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

#include "roles/group_member.hpp"

namespace bookstore::roles::order {
namespace {

constexpr base::Duration pause = base::milliseconds(500);
constexpr base::Duration proposal_time = base::seconds(2);
constexpr std::size_t keys_per_batch = 1'000;
/// A sale this old has lost the replica that made it, or that replica's patience: a request takes less.
constexpr base::Duration left_alone = base::seconds(5);

} // namespace

Settler::Settler(const World& world, Replica& replica, cluster::GroupClient& catalog)
    : world_(world), replica_(replica), catalog_(catalog), ages_(left_alone) {}

void Settler::start() {
    wait();
}

void Settler::stop() {
    stopped_ = true;
    timer_.reset();
}

void Settler::wait() {
    if (stopped_) return;
    timer_ = world_.scheduler.after(
        pause, [this] { net::spawn(world_.executor, "settler", [this] { return round(); }); });
}

base::TimePoint Settler::patience() const {
    return world_.scheduler.now() + proposal_time;
}

boost::asio::awaitable<void> Settler::round() {
    try {
        for (bool more = true; more;) {
            co_await settle_recorded();
            more = co_await record_unsettled();
        }
    } catch (const std::exception& failure) { // the next round is due all the same
        base::log::error("settling failed", {{"reason", failure.what()}});
    }
    wait();
}

boost::asio::awaitable<void> Settler::settle_recorded() {
    while (may_act()) {
        std::vector<std::string> keys = replica_.state().unsettled(keys_per_batch);
        if (keys.empty()) co_return;
        const bool full = keys.size() == keys_per_batch;
        const bool told = co_await settle(keys);
        if (!told) co_return;
        const shop::OrderCommand settled = shop::Settled{std::move(keys)};
        const auto noted = co_await replica_.propose(settled, patience());
        if (!noted || !full) co_return;
    }
}

boost::asio::awaitable<bool> Settler::record_unsettled() {
    if (!may_act()) co_return false;
    const UnsettledAnswer unsettled = co_await ask_unsettled();
    if (unsettled.sales.empty() || !may_act()) co_return false;
    const shop::OrderState& book = replica_.state();
    std::vector<std::string> known;
    replication::Bundle entries;
    for (const UnsettledAnswer::Sale& sale : unsettled.sales) {
        if (book.has_key(sale.key))
            known.push_back(sale.key);
        else
            entries.add(encode(
                shop::OrderCommand{shop::Record{sale.key, sale.sold.at, sale.sold.lines, sale.sold.total}}));
    }
    if (!entries.empty()) {
        const std::size_t count = entries.size();
        const auto recorded = co_await replica_.propose_all(std::move(entries), patience());
        if (!recorded) co_return false;
        base::log::info("recorded sales that were left unsettled", {{"sales", count}});
    }
    // Settled here and not there: the catalog's answer was lost. Telling it again harms nobody.
    if (!known.empty()) {
        const bool told = co_await settle(std::move(known));
        if (!told) co_return false;
    }
    // One that the book will not have would be in the next page again, and again at once.
    co_return std::ranges::all_of(unsettled.sales, [&](const auto& sale) { return book.has_key(sale.key); });
}

boost::asio::awaitable<UnsettledAnswer> Settler::ask_unsettled() {
    // Before any version is old enough, only how far the catalog is.
    const auto until = ages_.old_enough(world_.scheduler.now());
    const std::string request =
        encode(UnsettledRequest{until.value_or(0), until ? UnsettledAnswer::sales_max : 0});
    const auto bytes =
        co_await catalog_.call_leader(method::unsettled, request, patience(), cluster::Repeat::always);
    if (!bytes) co_return UnsettledAnswer{};
    auto answer = decode<UnsettledAnswer>(*bytes);
    if (!answer) co_return UnsettledAnswer{};
    ages_.saw(answer->version, world_.scheduler.now());
    co_return std::move(*answer);
}

boost::asio::awaitable<bool> Settler::settle(std::vector<std::string> keys) {
    const std::string command = encode(shop::CatalogCommand{shop::Settle{std::move(keys)}});
    const auto applied =
        co_await propose_to(catalog_, catalog_group_methods, command, patience(), cluster::Repeat::always);
    if (!applied) co_return false;
    const auto outcome = shop::decode_catalog_outcome(applied->outcome);
    co_return outcome&& std::holds_alternative<shop::Done>(*outcome);
}

} // namespace bookstore::roles::order
