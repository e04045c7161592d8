#include <bookstore/shop/order_state.hpp>

#include <array>
#include <deque>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/mutant.hpp>

#include "shop/key_index.hpp"
#include "shop/keyed_text.hpp"
#include "shop/row_reader.hpp"
#include "shop/sale_text.hpp"

namespace bookstore::shop {
namespace {

using base::ColumnType;

constexpr std::uint8_t orders_table = 0; ///< index into order_tables

constexpr std::array orders_columns{
    base::Column{"number", ColumnType::integer},  base::Column{"key", ColumnType::text},
    base::Column{"at", ColumnType::integer},      base::Column{"total", ColumnType::integer},
    base::Column{"settled", ColumnType::integer}, base::Column{"lines", ColumnType::text},
};
constexpr std::array order_tables{base::Table{"orders", orders_columns}};

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
    /// As in the table: its lines are parsed only for who asks for it.
    struct Entry {
        OrderNumber number{};
        base::WallTime at{};
        std::int64_t total = 0;
        KeyedText text; ///< with the lines
        bool settled = false;
        bool changed = false; ///< since take_changes

        std::string_view key() const { return text.key(); }
    };

    OrderOutcome record(Record record);
    OrderOutcome settle(const Settled& settled);
    void load_order(const base::Row& row);

    template <typename Give>
    static auto give_row(const Entry& entry, Give give) {
        return give(static_cast<std::int64_t>(number(entry.number)), entry.key(),
                    static_cast<std::int64_t>(entry.at), entry.total, std::int64_t{entry.settled},
                    entry.text.text());
    }
    static std::uint64_t hash_of(base::RowHasher& hasher, const Entry& entry) {
        return give_row(entry, [&](const auto&... values) { return hasher(orders_table, values...); });
    }
    static Order order_of(const Entry& entry);

    const Entry& at(OrderNumber n) const { return orders[static_cast<std::size_t>(number(n)) - 1]; }
    OrderNumber last_number() const { return OrderNumber{orders.size()}; }
    Entry& append(Entry entry);
    void note_change(Entry& entry);

    // Order n is at n - 1: numbers have no gaps. A deque, because entries stay where they are.
    std::deque<Entry> orders;
    KeyIndex<Entry> by_key;
    std::set<OrderNumber> unsettled;
    std::vector<Entry*> changed; ///< since take_changes
    std::uint64_t digest = 0;
    base::RowHasher hasher;
};

OrderOutcome OrderState::Impl::record(Record record) {
    if (!may_be_recorded(record.key, record.lines, record.total)) return OrderUnintelligible{};
    const Entry* found = by_key.find(record.key);
    if (found != nullptr && !base::built_in("records-twice")) {
        Order order = order_of(*found);
        if (order.lines != record.lines) return RecordConflict{};
        return Recorded{std::move(order)};
    }
    const OrderNumber next{orders.size() + 1};
    note_change(append({next, record.at, record.total, {record.key, to_text(record.lines)}}));
    return Recorded{{next, std::move(record.key), record.at, std::move(record.lines), record.total}};
}

OrderOutcome OrderState::Impl::settle(const Settled& settled) {
    for (const std::string& key : settled.keys) {
        Entry* entry = by_key.find(key);
        if (entry == nullptr || entry->settled) continue;
        digest -= hash_of(hasher, *entry);
        entry->settled = true;
        digest += hash_of(hasher, *entry);
        unsettled.erase(entry->number);
        note_change(*entry);
    }
    return SettledDone{};
}

OrderState::Impl::Entry& OrderState::Impl::append(Entry entry) {
    if (!entry.settled) unsettled.insert(unsettled.end(), entry.number);
    Entry& appended = orders.emplace_back(std::move(entry));
    by_key.insert(appended);
    digest += hash_of(hasher, appended);
    return appended;
}

void OrderState::Impl::note_change(Entry& entry) {
    if (std::exchange(entry.changed, true)) return;
    changed.push_back(&entry);
}

Order OrderState::Impl::order_of(const Entry& entry) {
    auto lines = parse_sold_lines(entry.text.text());
    INVARIANT(lines.has_value());
    return {entry.number, std::string(entry.key()), entry.at, std::move(*lines), entry.total};
}

void OrderState::Impl::load_order(const base::Row& row) {
    RowReader in(order_tables[orders_table], row);
    Entry entry;
    entry.number =
        OrderNumber{static_cast<std::uint64_t>(in.integer(1, std::numeric_limits<std::int64_t>::max()))};
    if (number(entry.number) != orders.size() + 1) in.reject("leaves a gap, or is not in order");
    const std::string& key = in.text();
    if (!is_idempotency_key(key) || by_key.find(key) != nullptr) in.reject("is no key, or there twice");
    entry.at = base::WallTime{in.integer()};
    entry.total = in.integer();
    entry.settled = in.integer(0, 1) == 1;
    const std::string& text = in.text();
    const auto lines = parse_sold_lines(text);
    if (!lines || !may_be_recorded(key, *lines, entry.total)) in.reject("does not read as lines of an order");
    entry.text = KeyedText(key, text);
    append(std::move(entry));
}

OrderState::OrderState() : impl_(std::make_unique<Impl>()) {}
OrderState::~OrderState() = default;

std::string OrderState::apply(std::string_view command, std::uint64_t) {
    auto decoded = decode_order_command(command);
    if (!decoded) return encode(OrderOutcome{OrderUnintelligible{}});
    if (auto* record = std::get_if<Record>(&*decoded)) return encode(impl_->record(std::move(*record)));
    return encode(impl_->settle(std::get<Settled>(*decoded)));
}

void OrderState::apply_unheard(std::string_view command, std::uint64_t) {
    auto decoded = decode_order_command(command);
    if (!decoded) return;
    if (auto* record = std::get_if<Record>(&*decoded))
        impl_->record(std::move(*record));
    else
        impl_->settle(std::get<Settled>(*decoded));
}

OrderOutcome OrderState::apply(const OrderCommand& command) {
    if (const auto* record = std::get_if<Record>(&command)) return impl_->record(*record);
    return impl_->settle(std::get<Settled>(command));
}

base::RowChanges OrderState::take_changes() {
    base::RowChanges changes;
    changes.reserve(impl_->changed.size());
    for (Impl::Entry* entry : impl_->changed) {
        entry->changed = false;
        Impl::give_row(*entry, [&](const auto&... values) { changes.put(orders_table, values...); });
    }
    impl_->changed.clear();
    return changes;
}

std::size_t OrderState::changed_rows() const {
    return impl_->changed.size();
}

std::shared_ptr<void> OrderState::clear() {
    return std::exchange(impl_, std::make_unique<Impl>());
}

void OrderState::load(std::uint8_t table, const base::Row& row) {
    if (table != orders_table)
        throw std::runtime_error("the order book has no table " + std::to_string(table));
    impl_->load_order(row);
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
    for (const Impl::Entry& entry : impl_->orders)
        sum += Impl::hash_of(hasher, entry);
    return sum;
}

OrderNumber OrderState::last_number() const {
    return impl_->last_number();
}

std::optional<Order> OrderState::find(OrderNumber n) const {
    if (number(n) < 1 || n > last_number()) return std::nullopt;
    return Impl::order_of(impl_->at(n));
}

std::optional<Order> OrderState::find_key(std::string_view key) const {
    const Impl::Entry* found = impl_->by_key.find(key);
    if (found == nullptr) return std::nullopt;
    return Impl::order_of(*found);
}

bool OrderState::has_key(std::string_view key) const {
    return impl_->by_key.find(key) != nullptr;
}

std::vector<std::string> OrderState::unsettled(std::size_t limit) const {
    std::vector<std::string> keys;
    for (auto it = impl_->unsettled.begin(); it != impl_->unsettled.end() && keys.size() < limit; ++it)
        keys.emplace_back(impl_->at(*it).key());
    return keys;
}

void OrderState::check_invariants() const {
    INVARIANT(impl_->by_key.size() == impl_->orders.size());
    std::uint64_t next = 1;
    for (const Impl::Entry& entry : impl_->orders) {
        INVARIANT(number(entry.number) == next++);
        INVARIANT(impl_->by_key.find(entry.key()) == &entry);
        INVARIANT(impl_->unsettled.contains(entry.number) == !entry.settled);
        INVARIANT(may_be_recorded(entry.key(), Impl::order_of(entry).lines, entry.total));
    }
    INVARIANT(impl_->unsettled.empty() || *impl_->unsettled.rbegin() <= last_number());
    INVARIANT(digest() == recompute_digest());
}

} // namespace bookstore::shop
