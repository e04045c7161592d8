#include <bookstore/shop/order_state.hpp>

#include <array>
#include <deque>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/limits.hpp>
#include <bookstore/base/mutant.hpp>

#include "shop/key_index.hpp"
#include "shop/line_codec.hpp"
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

template <typename Give>
auto give_order(const Order& order, bool settled, Give give) {
    return give(column(number(order.number)), order.key, static_cast<std::int64_t>(order.at), order.total,
                std::int64_t{settled});
}

template <typename Give>
auto give_line(const Order& order, std::size_t position, Give give) {
    const SoldLine& line = order.lines[position];
    const std::int64_t of = column(number(order.number));
    return give(of * positions + column(position), of, column(number(line.item)), line.title, line.quantity,
                line.cost);
}

constexpr auto make = [](const auto&... values) { return make_row(values...); };

bool may_be_recorded(std::string_view key, const std::vector<SoldLine>& lines, std::int64_t total) {
    std::vector<Line> asked;
    asked.reserve(lines.size());
    for (const SoldLine& line : lines) {
        if (problem_with_title(line.title) || line.cost < 0 || line.cost > amount_max) return false;
        asked.push_back({line.item, line.quantity});
    }
    return is_idempotency_key(key) && !problem_with(asked) && total == total_of(lines);
}

} // namespace

struct OrderState::Impl {
    struct Entry {
        Order order;
        bool changed = false; ///< since take_changes

        std::string_view key() const { return order.key; }
    };

    /// The order as it stands; none: `refusal` says why.
    const Order* record(Record record, OrderOutcome& refusal);
    OrderOutcome settle(const Settled& settled);

    bool is_settled(OrderNumber n) const { return !unsettled.contains(n); }
    Entry& at(OrderNumber n) { return orders[static_cast<std::size_t>(number(n)) - 1]; }
    std::uint64_t hash_of(const Order& order) {
        return give_order(order, is_settled(order.number),
                          [&](const auto&... values) { return hasher(orders_table, values...); });
    }
    std::uint64_t hash_of_line(const Order& order, std::size_t position) {
        return give_line(order, position,
                         [&](const auto&... values) { return hasher(lines_table, values...); });
    }
    Entry& append(Order order);
    void note_change(Entry& entry);
    void load_order(const base::Row& row);
    void load_line(const base::Row& row);

    // Order n is at n - 1: numbers have no gaps. A deque, because entries stay where they are.
    std::deque<Entry> orders;
    KeyIndex<Entry> by_key;
    std::set<OrderNumber> unsettled;
    std::vector<Entry*> changed; ///< since take_changes
    OrderNumber stored{};        ///< lines of orders up to here have been taken: they never change again
    std::uint64_t digest = 0;
    base::RowHasher hasher;
};

const Order* OrderState::Impl::record(Record record, OrderOutcome& refusal) {
    if (!may_be_recorded(record.key, record.lines, record.total)) {
        refusal = OrderUnintelligible{};
        return nullptr;
    }
    const Entry* found = by_key.find(record.key);
    if (found != nullptr && !base::built_in("records-twice")) {
        if (found->order.lines == record.lines) return &found->order;
        refusal = RecordConflict{};
        return nullptr;
    }
    const OrderNumber next{orders.size() + 1};
    unsettled.insert(unsettled.end(), next);
    Entry& entry = append({next, std::move(record.key), record.at, std::move(record.lines), record.total});
    note_change(entry);
    for (std::size_t i = 0; i < entry.order.lines.size(); ++i)
        digest += hash_of_line(entry.order, i);
    return &entry.order;
}

OrderOutcome OrderState::Impl::settle(const Settled& settled) {
    for (const std::string& key : settled.keys) {
        Entry* entry = by_key.find(key);
        if (entry == nullptr || is_settled(entry->order.number)) continue;
        digest -= hash_of(entry->order);
        unsettled.erase(entry->order.number);
        digest += hash_of(entry->order);
        note_change(*entry);
    }
    return SettledDone{};
}

/// Whether it is settled has been noted before.
OrderState::Impl::Entry& OrderState::Impl::append(Order order) {
    Entry& entry = orders.emplace_back(Entry{std::move(order)});
    by_key.insert(entry);
    digest += hash_of(entry.order);
    return entry;
}

void OrderState::Impl::note_change(Entry& entry) {
    if (std::exchange(entry.changed, true)) return;
    changed.push_back(&entry);
}

void OrderState::Impl::load_order(const base::Row& row) {
    RowReader in(order_tables[orders_table], row);
    Order order;
    order.number = OrderNumber{static_cast<std::uint64_t>(in.integer(1, order_number_max))};
    if (number(order.number) != orders.size() + 1) in.reject("leaves a gap, or is not in order");
    order.key = in.text();
    if (!is_idempotency_key(order.key) || by_key.find(order.key) != nullptr)
        in.reject("is no key, or there twice");
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
    Order& order = at(OrderNumber{static_cast<std::uint64_t>(of)}).order;
    if (id != of * positions + column(order.lines.size())) in.reject("leaves a gap between lines");
    SoldLine line;
    line.item = ItemId{static_cast<std::uint64_t>(in.integer(1, column(item_number_max)))};
    line.title = in.text();
    line.quantity = in.integer(1, base::limits::quantity_max);
    line.cost = in.integer(0, amount_max);
    order.lines.push_back(std::move(line));
    digest += hash_of_line(order, order.lines.size() - 1);
}

OrderState::OrderState() : impl_(std::make_unique<Impl>()) {}
OrderState::~OrderState() = default;

std::string OrderState::apply(std::string_view command, std::uint64_t) {
    auto decoded = decode_order_command(command);
    if (!decoded) return encode(OrderOutcome{OrderUnintelligible{}});
    auto* record = std::get_if<Record>(&*decoded);
    if (record == nullptr) return encode(apply(*decoded));
    OrderOutcome refusal;
    const Order* order = impl_->record(std::move(*record), refusal);
    return order != nullptr ? encode_recorded(*order) : encode(refusal);
}

OrderOutcome OrderState::apply(const OrderCommand& command) {
    if (const auto* settled = std::get_if<Settled>(&command)) return impl_->settle(*settled);
    OrderOutcome outcome;
    const Order* order = impl_->record(std::get<Record>(command), outcome);
    if (order != nullptr) outcome = Recorded{*order};
    return outcome;
}

std::vector<base::RowChange> OrderState::take_changes() {
    using Kind = base::RowChange::Kind;
    std::vector<base::RowChange> changes;
    changes.reserve(2 * impl_->changed.size());
    for (Impl::Entry* entry : impl_->changed) {
        entry->changed = false;
        const Order& order = entry->order;
        changes.push_back(
            {Kind::put, orders_table, give_order(order, impl_->is_settled(order.number), make)});
        for (std::size_t i = 0; order.number > impl_->stored && i < order.lines.size(); ++i)
            changes.push_back({Kind::put, lines_table, give_line(order, i, make)});
    }
    impl_->changed.clear();
    impl_->stored = last_number();
    return changes;
}

std::size_t OrderState::changed_rows() const {
    return impl_->changed.size();
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
    base::RowHasher hasher;
    std::uint64_t sum = 0;
    const auto add_order = [&](const auto&... values) { sum += hasher(orders_table, values...); };
    const auto add_line = [&](const auto&... values) { sum += hasher(lines_table, values...); };
    for (const auto& [order, changed] : impl_->orders) {
        give_order(order, impl_->is_settled(order.number), add_order);
        for (std::size_t i = 0; i < order.lines.size(); ++i)
            give_line(order, i, add_line);
    }
    return sum;
}

OrderNumber OrderState::last_number() const {
    return OrderNumber{impl_->orders.size()};
}

const Order* OrderState::find(OrderNumber n) const {
    const bool recorded = number(n) >= 1 && n <= last_number();
    return recorded ? &impl_->at(n).order : nullptr;
}

const Order* OrderState::find_key(std::string_view key) const {
    const Impl::Entry* found = impl_->by_key.find(key);
    return found == nullptr ? nullptr : &found->order;
}

std::vector<std::string> OrderState::unsettled(std::size_t limit) const {
    std::vector<std::string> keys;
    for (auto it = impl_->unsettled.begin(); it != impl_->unsettled.end() && keys.size() < limit; ++it)
        keys.push_back(impl_->at(*it).order.key);
    return keys;
}

void OrderState::check_invariants() const {
    INVARIANT(impl_->by_key.size() == impl_->orders.size());
    std::uint64_t next = 1;
    for (const auto& [order, changed] : impl_->orders) {
        INVARIANT(number(order.number) == next++);
        INVARIANT(find_key(order.key) == &order);
        INVARIANT(may_be_recorded(order.key, order.lines, order.total));
    }
    INVARIANT(impl_->unsettled.empty() || *impl_->unsettled.rbegin() <= last_number());
    INVARIANT(digest() == recompute_digest());
}

} // namespace bookstore::shop
