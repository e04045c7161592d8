#include "shop/sales.hpp"

#include <bookstore/base/error.hpp>
#include <bookstore/base/state_machine.hpp>

#include "shop/catalog_tables.hpp"
#include "shop/make_row.hpp"
#include "shop/row_reader.hpp"

namespace bookstore::shop {
namespace {

constexpr std::size_t state_column = 2; ///< of catalog_tables.hpp

} // namespace

std::optional<Sales::Remembered> Sales::find(std::string_view key) const {
    const auto found = sales_.find(key);
    if (found == sales_.end()) return std::nullopt;
    return recall(found->second);
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
    const auto lines = parse_refused_lines(sale.lines);
    INVARIANT(lines.has_value());
    OutOfStock refusal;
    for (const RefusedLine& refused : *lines) {
        remembered.asked.push_back(refused.line);
        if (refused.left) refusal.items.push_back({refused.line.item, *refused.left});
    }
    remembered.outcome = std::move(refusal);
    return remembered;
}

std::vector<UnsettledSale> Sales::unsettled(std::uint64_t until, std::size_t limit) const {
    std::vector<UnsettledSale> found;
    for (const Dated& dated : unsettled_) {
        if (dated.since > until || found.size() == limit) break;
        found.push_back({std::string(dated.key), sold_of(sales_.find(dated.key)->second)});
    }
    return found;
}

std::vector<std::string> Sales::closed(std::uint64_t until, std::size_t limit) const {
    std::vector<std::string> found;
    // What was loaded was closed before the first command after that, and that is all that is known of it.
    if (first_version_ == 0 || first_version_ > until) return found;
    for (const Dated& dated : closed_) {
        if (dated.since > until || found.size() == limit) break;
        found.emplace_back(dated.key);
    }
    return found;
}

void Sales::reached(std::uint64_t version) {
    if (first_version_ == 0) first_version_ = version;
}

void Sales::add_sold(const std::string& key, const Sold& sold, std::uint64_t version) {
    put(key, {sold.at, State::sold, sold.total, to_text(sold.lines), version});
    changed_.insert(key);
}

void Sales::add_refused(const std::string& key, base::WallTime at, const std::vector<RefusedLine>& lines,
                        std::uint64_t version) {
    put(key, {at, State::refused, 0, to_text(lines), version});
    changed_.insert(key);
}

void Sales::settle(std::string_view key, std::uint64_t version) {
    const auto found = sales_.find(key);
    if (found == sales_.end() || found->second.state != State::sold) return;
    auto& [own_key, sale] = *found;
    digest_ -= hash_of(own_key, sale);
    sale.state = State::settled;
    digest_ += hash_of(own_key, sale);
    unsettled_.erase({sale.since, own_key});
    sale.since = version;
    closed_.insert({sale.since, own_key});
    changed_.insert(own_key);
}

void Sales::forget(std::string_view key) {
    const auto found = sales_.find(key);
    if (found == sales_.end() || found->second.state == State::sold) return;
    digest_ -= hash_of(found->first, found->second);
    changed_.insert(found->first);
    closed_.erase({found->second.since, found->first});
    sales_.erase(found);
}

void Sales::clear() {
    unsettled_.clear();
    closed_.clear();
    sales_.clear();
    changed_.clear();
    digest_ = 0;
    first_version_ = 0;
}

void Sales::load(const base::Row& row) {
    RowReader in(catalog_tables[sales_table], row);
    const std::string& key = in.text();
    if (!is_idempotency_key(key)) in.reject("is no key");
    if (sales_.contains(key)) in.reject("is there twice");
    Sale sale;
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
    sale.lines = in.text();
    const bool readable = sale.state == State::refused ? parse_refused_lines(sale.lines).has_value()
                                                       : parse_sold_lines(sale.lines).has_value();
    if (!readable) in.reject("does not read as lines of a sale");
    put(key, std::move(sale));
}

void Sales::take_changes(std::vector<base::RowChange>& into) {
    for (const std::string& key : changed_) {
        const auto sale = sales_.find(key);
        if (sale == sales_.end())
            into.push_back({base::RowChange::Kind::erase, sales_table, {key}});
        else
            into.push_back({base::RowChange::Kind::put, sales_table, row_of(key, sale->second)});
    }
    changed_.clear();
}

std::uint64_t Sales::recompute_digest() const {
    std::uint64_t sum = 0;
    for (const auto& [key, sale] : sales_)
        sum += hash_of(key, sale);
    return sum;
}

std::map<ItemId, std::int64_t> Sales::check_invariants() const {
    std::map<ItemId, std::int64_t> copies;
    INVARIANT(unsettled_.size() + closed_.size() == sales_.size());
    for (const auto& [key, sale] : sales_) {
        const ByAge& index = sale.state == State::sold ? unsettled_ : closed_;
        INVARIANT(index.contains({sale.since, key}));
        const Remembered remembered = recall(sale);
        INVARIANT(!problem_with(remembered.asked));
        if (sale.state == State::refused) {
            INVARIANT(!std::get<OutOfStock>(remembered.outcome).items.empty());
            continue;
        }
        const Sold& sold = std::get<Sold>(remembered.outcome);
        INVARIANT(sold.total == total_of(sold.lines));
        for (const SoldLine& line : sold.lines)
            copies[line.item] += line.quantity;
    }
    INVARIANT(digest_ == recompute_digest());
    return copies;
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
    }
    return {};
}

base::Row Sales::row_of(std::string_view key, const Sale& sale) {
    return make_row(std::string(key), static_cast<std::int64_t>(sale.at), std::string(name(sale.state)),
                    sale.total, sale.lines);
}

std::uint64_t Sales::hash_of(std::string_view key, const Sale& sale) {
    return base::row_hash(sales_table, row_of(key, sale));
}

Sold Sales::sold_of(const Sale& sale) {
    auto lines = parse_sold_lines(sale.lines);
    INVARIANT(lines.has_value());
    return {std::move(*lines), sale.total, sale.at};
}

void Sales::put(const std::string& key, Sale sale) {
    const auto [it, added] = sales_.emplace(key, std::move(sale));
    INVARIANT(added);
    digest_ += hash_of(it->first, it->second);
    index_of(it->second.state).insert({it->second.since, it->first});
}

} // namespace bookstore::shop
