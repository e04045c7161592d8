#include "roles/catalog/housekeeping.hpp"

#include <algorithm>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::roles::catalog {
namespace {

constexpr base::Duration pause_until_open = base::milliseconds(20);
constexpr base::Duration pause = base::seconds(1);
constexpr base::Duration proposal_time = base::seconds(5);

/// Sales are forgotten in slices of the time they were made in, so that no one command holds up the others;
/// the number of slices in a round keeps ahead of the clock, and works off an arrear.
constexpr std::int64_t slice_ms = 200;
constexpr unsigned slices_per_round_max = 20;

} // namespace

Housekeeping::Housekeeping(const World& world, Replica& replica) : world_(world), replica_(replica) {}

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
    if (may_act()) {
        if (replica_.state().open())
            co_await forget_old_sales();
        else
            co_await stock();
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
    const auto retention = std::chrono::duration_cast<base::milliseconds>(world_.config.sale_retention);
    const std::int64_t cut_off = static_cast<std::int64_t>(world_.scheduler.wall_now()) - retention.count();
    for (unsigned slice = 0; slice < slices_per_round_max && may_act(); ++slice) {
        const auto oldest = replica_.state().oldest_closed();
        if (!oldest || static_cast<std::int64_t>(*oldest) >= cut_off) co_return;
        const std::int64_t before = std::min(static_cast<std::int64_t>(*oldest) + slice_ms, cut_off);
        const shop::CatalogCommand command = shop::ForgetSales{base::WallTime{before}};
        const auto forgotten = co_await replica_.propose(command, world_.scheduler.now() + proposal_time);
        if (!forgotten) co_return;
    }
}

} // namespace bookstore::roles::catalog
