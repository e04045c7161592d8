#include "roles/catalog/housekeeping.hpp"

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::roles::catalog {
namespace {

constexpr base::Duration pause_until_open = base::milliseconds(20);
constexpr base::Duration pause = base::seconds(1);
constexpr base::Duration proposal_time = base::seconds(5);

/// So that no one command holds up the others.
constexpr std::size_t keys_per_batch = 1'000;

} // namespace

Housekeeping::Housekeeping(const World& world, Replica& replica)
    : world_(world), replica_(replica), ages_(world.config.sale_retention) {}

void Housekeeping::start() {
    if (!replica_.state().open() && !world_.config.catalog_file.empty())
        check_catalog_file(world_.config.catalog_file);
    wait();
}

void Housekeeping::stop() {
    stopped_ = true;
    timer_.reset();
}

void Housekeeping::wait() {
    if (stopped_) return;
    timer_ = world_.scheduler.after(replica_.state().open() ? pause : pause_until_open, [this] {
        net::spawn(world_.executor, "catalog housekeeping", [this] { return round(); });
    });
}

boost::asio::awaitable<void> Housekeeping::round() {
    ages_.saw(replica_.applied(), world_.scheduler.now());
    try {
        if (may_act() && replica_.state().open())
            co_await forget_old_sales();
        else if (may_act())
            co_await stock();
    } catch (const std::exception& failure) { // the next round is due all the same
        base::log::error("housekeeping failed", {{"reason", failure.what()}});
    }
    wait();
}

boost::asio::awaitable<void> Housekeeping::stock() {
    while (may_act() && !replica_.state().open()) {
        auto next = part(replica_.state().next_part());
        if (!next) co_return;
        const bool last = next->last;
        const shop::CatalogCommand command = std::move(*next);
        const auto stocked = co_await replica_.propose(command, world_.scheduler.now() + proposal_time);
        if (!stocked) co_return; // leadership is lost, or is being won: the next round sees
        if (last) base::log::info("the shop is open", {{"books", replica_.state().size()}});
    }
    parts_.reset();
}

std::optional<shop::Stock> Housekeeping::part(std::uint64_t number) {
    try {
        // A leader that was deposed and elected again may stand behind the shop, which only goes forward.
        if (!parts_ || parts_->next_number() > number)
            parts_ = std::make_unique<StockParts>(world_.config.catalog_file);
        for (auto next = parts_->next(); next; next = parts_->next())
            if (next->part == number) return next;
        base::log::error("the catalogue file has no such part; was it changed?", {{"part", number}});
    } catch (const std::exception& failure) {
        base::log::error("the shop cannot be stocked", {{"reason", failure.what()}});
    }
    parts_.reset();
    return std::nullopt;
}

boost::asio::awaitable<void> Housekeeping::forget_old_sales() {
    const auto until = ages_.old_enough(world_.scheduler.now());
    while (until && may_act()) {
        // What is committed and not yet applied may forget one of these keys, and sell under it anew.
        const auto patience = world_.scheduler.now() + proposal_time;
        const auto caught_up = co_await replica_.wait_applied(replica_.status().committed, patience);
        if (!caught_up || !may_act()) co_return;
        std::vector<std::string> keys = replica_.state().closed(*until, keys_per_batch);
        if (keys.empty()) co_return;
        const shop::CatalogCommand command = shop::ForgetSales{std::move(keys)};
        const auto forgotten = co_await replica_.propose(command, patience);
        if (!forgotten) co_return;
    }
}

} // namespace bookstore::roles::catalog
