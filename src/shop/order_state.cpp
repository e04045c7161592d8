#include <bookstore/shop/order_state.hpp>

#include <array>
#include <deque>
#include <limits>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include <bookstore/base/error.hpp>
#include <bookstore/base/limits.hpp>
#include <bookstore/base/mutant.hpp>

#include "shop/make_row.hpp"
#include "shop/row_reader.hpp"

namespace bookstore::shop {
namespace {

using base::ColumnType;

// Indexes into order_tables.
constexpr std::uint8_t orders_table = 0;
constexpr std::uint8_t lines_table = 1;

constexpr std::array orders_columns{
    base::Column{"number", ColumnType::integer},  base::Column{"key", ColumnType::text},
    base::Column{"at", ColumnType::integer},      base::Column{"total", ColumnType::integer},
    base::Column{"settled", ColumnType::integer},
};
constexpr std::array lines_columns{
    base::Column{"id", ColumnType::integer},       base::Column{"number", ColumnType::integer},
    base::Column{"item", ColumnType::integer},     base::Column{"title", ColumnType::text},
    base::Column{"quantity", ColumnType::integer}, base::Column{"cost", ColumnType::integer},
};
constexpr std::array order_tables{
    base::Table{"orders", orders_columns},
    base::Table{"order_lines", lines_columns},
};

// A line's id is its order's number and its position, legible in decimal.
constexpr std::int64_t positions = 100;
static_assert(base::limits::lines_per_order_max <= positions);
constexpr std::int64_t order_number_max = std::numeric_limits<std::int64_t>::max() / positions - 1;

std::int64_t column(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

base::Row order_row(const Order& order, bool settled) {
    return make_row(column(number(order.number)), order.key, static_cast<std::int64_t>(order.at), order.total,
                    std::int64_t{settled});
}

base::Row line_row(const Order& order, std::size_t position) {
    const SoldLine& line = order.lines[position];
    const std::int64_t of = column(number(order.number));
    return make_row(of * positions + column(position), of, column(number(line.item)), line.title,
                    line.quantity, line.cost);
}

bool may_be_recorded(const Record& record) {
    std::vector<Line> asked;
    for (const SoldLine& line : record.lines) {
        if (problem_with(Book{line.item, line.title, "any", line.cost, 0})) return false;
        asked.push_back({line.item, line.quantity});
    }
    return is_idempotency_key(record.key) && !problem_with(asked) && record.total == total_of(record.lines);
}

} // namespace

struct OrderState::Impl {
    OrderOutcome operator()(const Record& record);
    OrderOutcome operator()(const Settled& settled);

    bool is_settled(OrderNumber n) const { return !unsettled.contains(n); }
    Order& at(OrderNumber n) { return orders[static_cast<std::size_t>(number(n)) - 1]; }
    std::uint64_t hash_of(const Order& order) const {
        return base::row_hash(orders_table, order_row(order, is_settled(order.number)));
    }
    void append(Order order);
    void load_order(const base::Row& row);
    void load_line(const base::Row& row);

    // Order n is at n - 1: numbers have no gaps. A deque, because the keys below are views into it.
    std::deque<Order> orders;
    std::unordered_map<std::string_view, OrderNumber> by_key;
    std::set<OrderNumber> unsettled;
    std::set<OrderNumber> changed; ///< since take_changes
    OrderNumber stored{};          ///< lines of orders up to here have been taken: they never change again
    std::uint64_t digest = 0;
};

OrderOutcome OrderState::Impl::operator()(const Record& record) {
    if (!may_be_recorded(record)) return OrderUnintelligible{};
    const auto found = by_key.find(record.key);
    if (found != by_key.end() && !base::built_in("records-twice")) {
        const Order& order = at(found->second);
        if (order.lines != record.lines) return RecordConflict{};
        return Recorded{order};
    }
    const OrderNumber next{orders.size() + 1};
    unsettled.insert(next);
    changed.insert(next);
    append({next, record.key, record.at, record.lines, record.total});
    const Order& order = orders.back();
    for (std::size_t i = 0; i < order.lines.size(); ++i)
        digest += base::row_hash(lines_table, line_row(order, i));
    return Recorded{order};
}

OrderOutcome OrderState::Impl::operator()(const Settled& settled) {
    for (const std::string& key : settled.keys) {
        const auto found = by_key.find(key);
        if (found == by_key.end() || is_settled(found->second)) continue;
        const Order& order = at(found->second);
        digest -= hash_of(order);
        unsettled.erase(order.number);
        digest += hash_of(order);
        changed.insert(order.number);
    }
    return SettledDone{};
}

/// Whether it is settled has been noted before.
void OrderState::Impl::append(Order order) {
    orders.push_back(std::move(order));
    const Order& appended = orders.back();
    by_key.emplace(appended.key, appended.number);
    digest += hash_of(appended);
}

void OrderState::Impl::load_order(const base::Row& row) {
    RowReader in(order_tables[orders_table], row);
    Order order;
    order.number = OrderNumber{static_cast<std::uint64_t>(in.integer(1, order_number_max))};
    if (number(order.number) != orders.size() + 1) in.reject("leaves a gap, or is not in order");
    order.key = in.text();
    if (!is_idempotency_key(order.key) || by_key.contains(order.key)) in.reject("is no key, or there twice");
    order.at = base::WallTime{in.integer()};
    order.total = in.integer();
    if (in.integer(0, 1) == 0) unsettled.insert(order.number);
    stored = order.number;
    append(std::move(order));
}

void OrderState::Impl::load_line(const base::Row& row) {
    RowReader in(order_tables[lines_table], row);
    const std::int64_t id = in.integer();
    const std::int64_t of = in.integer(1, column(orders.size()));
    Order& order = at(OrderNumber{static_cast<std::uint64_t>(of)});
    if (id != of * positions + column(order.lines.size())) in.reject("leaves a gap between lines");
    SoldLine line;
    line.item = ItemId{static_cast<std::uint64_t>(in.integer(1, column(item_number_max)))};
    line.title = in.text();
    line.quantity = in.integer(1, base::limits::quantity_max);
    line.cost = in.integer(0, amount_max);
    order.lines.push_back(std::move(line));
    digest += base::row_hash(lines_table, row);
}

OrderState::OrderState() : impl_(std::make_unique<Impl>()) {}
OrderState::~OrderState() = default;

std::string OrderState::apply(std::string_view command, std::uint64_t) {
    const auto decoded = decode_order_command(command);
    return encode(decoded ? apply(*decoded) : OrderOutcome{OrderUnintelligible{}});
}

OrderOutcome OrderState::apply(const OrderCommand& command) {
    return std::visit(*impl_, command);
}

std::vector<base::RowChange> OrderState::take_changes() {
    using Kind = base::RowChange::Kind;
    std::vector<base::RowChange> changes;
    for (const OrderNumber n : impl_->changed) {
        const Order& order = impl_->at(n);
        changes.push_back({Kind::put, orders_table, order_row(order, impl_->is_settled(n))});
        for (std::size_t i = 0; n > impl_->stored && i < order.lines.size(); ++i)
            changes.push_back({Kind::put, lines_table, line_row(order, i)});
    }
    impl_->changed.clear();
    impl_->stored = last_number();
    return changes;
}

void OrderState::clear() {
    *impl_ = Impl{};
}

void OrderState::load(std::uint8_t table, const base::Row& row) {
    switch (table) {
    case orders_table:
        return impl_->load_order(row);
    case lines_table:
        return impl_->load_line(row);
    default:
        throw std::runtime_error("the order book has no table " + std::to_string(table));
    }
}

std::span<const base::Table> OrderState::tables() const {
    return order_tables;
}

std::uint64_t OrderState::digest() const {
    return impl_->digest;
}

std::uint64_t OrderState::recompute_digest() const {
    std::uint64_t sum = 0;
    for (const Order& order : impl_->orders) {
        sum += impl_->hash_of(order);
        for (std::size_t i = 0; i < order.lines.size(); ++i)
            sum += base::row_hash(lines_table, line_row(order, i));
    }
    return sum;
}

OrderNumber OrderState::last_number() const {
    return OrderNumber{impl_->orders.size()};
}

const Order* OrderState::find(OrderNumber n) const {
    const bool recorded = number(n) >= 1 && n <= last_number();
    return recorded ? &impl_->at(n) : nullptr;
}

const Order* OrderState::find_key(std::string_view key) const {
    const auto found = impl_->by_key.find(key);
    return found == impl_->by_key.end() ? nullptr : &impl_->at(found->second);
}

std::vector<std::string> OrderState::unsettled(std::size_t limit) const {
    std::vector<std::string> keys;
    for (auto it = impl_->unsettled.begin(); it != impl_->unsettled.end() && keys.size() < limit; ++it)
        keys.push_back(impl_->at(*it).key);
    return keys;
}

void OrderState::check_invariants() const {
    INVARIANT(impl_->by_key.size() == impl_->orders.size());
    std::uint64_t next = 1;
    for (const Order& order : impl_->orders) {
        INVARIANT(number(order.number) == next++);
        INVARIANT(find_key(order.key) == &order);
        INVARIANT(may_be_recorded({order.key, order.at, order.lines, order.total}));
    }
    INVARIANT(impl_->unsettled.empty() || *impl_->unsettled.rbegin() <= last_number());
    INVARIANT(digest() == recompute_digest());
}

} // namespace bookstore::shop
