#include "shop/sales.hpp"

#include <iterator>
#include <limits>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/state_machine.hpp>

#include "shop/catalog_tables.hpp"
#include "shop/row_reader.hpp"

namespace bookstore::shop {
namespace {

// Of catalog_tables.hpp.
constexpr std::size_t key_column = 1;
constexpr std::size_t state_column = 3;

} // namespace

template <typename Give>
auto Sales::give_row(const Sale& sale, Give give) {
    return give(static_cast<std::int64_t>(sale.number), sale.key(), static_cast<std::int64_t>(sale.at),
                name(sale.state), sale.total, sale.lines());
}

std::optional<Sales::Remembered> Sales::find(std::string_view key) const {
    const Sale* sale = by_key_.find(key);
    if (sale == nullptr) return std::nullopt;
    return recall(*sale);
}

Sales::Remembered Sales::recall(const Sale& sale) {
    Remembered remembered;
    if (sale.state != State::refused) {
        Sold sold = sold_of(sale);
        for (const SoldLine& line : sold.lines)
            remembered.asked.push_back({line.item, line.quantity});
        remembered.outcome = std::move(sold);
        return remembered;
    }
    const auto lines = parse_refused_lines(sale.lines());
    INVARIANT(lines.has_value());
    OutOfStock refusal;
    std::optional<UnknownItem> unknown;
    for (const RefusedLine& refused : *lines) {
        remembered.asked.push_back(refused.line);
        if (refused.unknown) unknown = UnknownItem{refused.line.item};
        if (refused.left) refusal.items.push_back({refused.line.item, *refused.left});
    }
    if (unknown)
        remembered.outcome = *unknown;
    else
        remembered.outcome = std::move(refusal);
    return remembered;
}

std::vector<UnsettledSale> Sales::unsettled(std::uint64_t until, std::size_t limit) const {
    std::vector<UnsettledSale> found;
    for (const Sale& sale : unsettled_) {
        if (sale.since > until || found.size() == limit) break;
        found.push_back({std::string(sale.key()), sold_of(sale)});
    }
    return found;
}

std::vector<std::string> Sales::closed(std::uint64_t until, std::size_t limit) const {
    std::vector<std::string> found;
    // What was loaded was closed before the first command after that, and that is all that is known of it.
    if (first_version_ == 0 || first_version_ > until) return found;
    for (const Sale& sale : closed_) {
        if (sale.since > until || found.size() == limit) break;
        found.emplace_back(sale.key());
    }
    return found;
}

void Sales::reached(std::uint64_t version) {
    if (first_version_ == 0) first_version_ = version;
}

void Sales::add_sold(std::string_view key, const Sold& sold, std::uint64_t version) {
    Sale sale;
    sale.at = sold.at;
    sale.total = sold.total;
    sale.since = version;
    sale.text = KeyedText(key, to_text(sold.lines));
    add(std::move(sale));
}

void Sales::add_refused(std::string_view key, base::WallTime at, const std::vector<RefusedLine>& lines,
                        std::uint64_t version) {
    Sale sale;
    sale.at = at;
    sale.since = version;
    sale.state = State::refused;
    sale.text = KeyedText(key, to_text(lines));
    add(std::move(sale));
}

void Sales::add(Sale sale) {
    sale.number = ++last_number_;
    changed(put(std::move(sale)));
}

void Sales::settle(std::string_view key, std::uint64_t version) {
    Sale* sale = by_key_.find(key);
    if (sale == nullptr || sale->state != State::sold) return;
    digest_ -= sale->hash;
    sale->state = State::settled;
    sale->since = version;
    sale->hash = hash_of(hasher_, *sale);
    digest_ += sale->hash;
    closed_.splice(closed_.end(), unsettled_, sale->place);
    changed(*sale);
}

void Sales::forget(std::string_view key) {
    Sale* sale = by_key_.find(key);
    if (sale == nullptr || sale->state == State::sold) return;
    digest_ -= sale->hash;
    by_key_.erase(*sale);
    sale->state = State::forgotten;
    forgotten_.splice(forgotten_.end(), closed_, sale->place);
    changed(*sale);
}

void Sales::load(const base::Row& row) {
    RowReader in(catalog_tables[sales_table], row);
    Sale sale;
    sale.number = static_cast<std::uint64_t>(in.integer(1, std::numeric_limits<std::int64_t>::max()));
    if (sale.number <= last_number_) in.reject("is not in order");
    const std::string& key = in.text();
    if (!is_idempotency_key(key)) in.reject("is no key");
    if (by_key_.find(key) != nullptr) in.reject("is there twice");
    sale.at = base::WallTime{in.integer()};
    const std::string& state = in.text();
    if (state == name(State::settled)) {
        sale.state = State::settled;
    } else if (state == name(State::refused)) {
        sale.state = State::refused;
    } else if (state != name(State::sold)) {
        in.reject("is no state of a sale");
    }
    sale.total = in.integer();
    const std::string& lines = in.text();
    const bool readable = sale.state == State::refused ? parse_refused_lines(lines).has_value()
                                                       : parse_sold_lines(lines).has_value();
    if (!readable) in.reject("does not read as lines of a sale");
    sale.text = KeyedText(key, lines);
    last_number_ = sale.number;
    put(std::move(sale));
}

void Sales::take_changes(base::RowChanges& into) {
    for (Sale* sale : changed_) {
        sale->changed = false;
        if (sale->state == State::forgotten)
            into.erase(sales_table, static_cast<std::int64_t>(sale->number));
        else
            give_row(*sale, [&](const auto&... values) { into.put(sales_table, values...); });
    }
    changed_.clear();
    forgotten_.clear();
}

std::uint64_t Sales::recompute_digest() const {
    base::RowHasher hasher;
    std::uint64_t sum = 0;
    for (const ByAge* sales : {&unsettled_, &closed_})
        for (const Sale& sale : *sales)
            sum += hash_of(hasher, sale);
    return sum;
}

std::map<ItemId, std::int64_t> Sales::check_invariants() const {
    std::map<ItemId, std::int64_t> copies;
    INVARIANT(unsettled_.size() + closed_.size() == by_key_.size());
    for (const ByAge* sales : {&unsettled_, &closed_}) {
        std::uint64_t since = 0;
        for (const Sale& sale : *sales) {
            INVARIANT(by_key_.find(sale.key()) == &sale && sale.number <= last_number_);
            INVARIANT((sale.state == State::sold) == (sales == &unsettled_) && sale.since >= since);
            since = sale.since;
            const Remembered remembered = recall(sale);
            INVARIANT(!problem_with(remembered.asked));
            if (sale.state == State::refused) {
                const auto* refusal = std::get_if<OutOfStock>(&remembered.outcome);
                INVARIANT(refusal == nullptr || !refusal->items.empty());
                continue;
            }
            const Sold& sold = std::get<Sold>(remembered.outcome);
            INVARIANT(sold.total == total_of(sold.lines));
            for (const SoldLine& line : sold.lines)
                copies[line.item] += line.quantity;
        }
    }
    INVARIANT(digest_ == recompute_digest());
    return copies;
}

std::string_view Sales::key_of(const base::Row& row) {
    return std::get<std::string>(row.at(key_column));
}

bool Sales::is_settled(const base::Row& row) {
    return std::get<std::string>(row.at(state_column)) == name(State::settled);
}

void Sales::unsettle(base::Row& row) {
    INVARIANT(is_settled(row));
    row.at(state_column) = std::string(name(State::sold));
}

std::string_view Sales::name(State state) {
    switch (state) {
    case State::sold:
        return "sold";
    case State::settled:
        return "settled";
    case State::refused:
        return "refused";
    case State::forgotten:
        break;
    }
    return {};
}

std::uint64_t Sales::hash_of(base::RowHasher& hasher, const Sale& sale) {
    return give_row(sale, [&](const auto&... values) { return hasher(sales_table, values...); });
}

Sold Sales::sold_of(const Sale& sale) {
    auto lines = parse_sold_lines(sale.lines());
    INVARIANT(lines.has_value());
    return {std::move(*lines), sale.total, sale.at};
}

Sales::Sale& Sales::put(Sale sale) {
    ByAge& sales = sale.state == State::sold ? unsettled_ : closed_;
    Sale& added = sales.emplace_back(std::move(sale));
    added.place = std::prev(sales.end());
    INVARIANT(by_key_.insert(added));
    added.hash = hash_of(hasher_, added);
    digest_ += added.hash;
    return added;
}

void Sales::changed(Sale& sale) {
    if (std::exchange(sale.changed, true)) return;
    changed_.push_back(&sale);
}

} // namespace bookstore::shop
