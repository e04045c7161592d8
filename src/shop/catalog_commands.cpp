// What each command of the catalog does.
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include <bookstore/base/mutant.hpp>

#include "shop/catalog_impl.hpp"

namespace bookstore::shop {
namespace {

bool may_be_on_the_shelf(const Book& book) {
    return number(book.id) >= 1 && number(book.id) <= item_number_max && !problem_with(book);
}

bool is_amount(std::int64_t amount) {
    return amount >= 0 && amount <= amount_max;
}

/// `refusal`: the short ones of `lines`, in their order.
std::vector<RefusedLine> refused_lines(const std::vector<Line>& lines, const OutOfStock& refusal) {
    std::vector<RefusedLine> refused;
    auto shortage = refusal.items.begin();
    for (const Line& line : lines) {
        refused.push_back({line});
        if (shortage != refusal.items.end() && shortage->item == line.item)
            refused.back().left = shortage++->stock;
    }
    return refused;
}

std::vector<RefusedLine> refused_lines(const std::vector<Line>& lines, const UnknownItem& unknown) {
    std::vector<RefusedLine> refused;
    for (const Line& line : lines)
        refused.push_back({line, std::nullopt, line.item == unknown.item});
    return refused;
}

} // namespace

CatalogOutcome CatalogState::Impl::operator()(const Stock& stock) {
    if (open || stock.part != parts) return Done{};
    std::set<ItemId> ids;
    for (const Book& book : stock.books) {
        const bool is_new = shelf.find(book.id) == nullptr && ids.insert(book.id).second;
        if (!is_new || !may_be_on_the_shelf(book)) return Unintelligible{};
    }
    for (const Book& book : stock.books)
        shelf.add(book);
    ++parts;
    open = stock.last;
    shop_changed = true;
    return Done{};
}

CatalogOutcome CatalogState::Impl::operator()(const Sell& sell) {
    if (!open) return NotOpen{};
    if (!is_idempotency_key(sell.key) || problem_with(sell.lines)) return Unintelligible{};
    if (auto remembered = sales.find(sell.key)) {
        if (remembered->asked != sell.lines) return KeyReused{};
        if (base::built_in("takes-copies-again") && std::holds_alternative<Sold>(remembered->outcome))
            for (const Line& line : sell.lines)
                if (shelf.find(line.item)->stock >= line.quantity) shelf.sell(line.item, line.quantity);
        return std::move(remembered->outcome);
    }
    return sell_new(sell);
}

CatalogOutcome CatalogState::Impl::sell_new(const Sell& sell) {
    OutOfStock refusal;
    Sold sold{{}, 0, sell.at};
    shop_changed = true;
    sold.lines.reserve(sell.lines.size());
    for (const Line& line : sell.lines) {
        const Book* book = shelf.find(line.item);
        if (book == nullptr) {
            const UnknownItem unknown{line.item};
            sales.add_refused(sell.key, sell.at, refused_lines(sell.lines, unknown), version);
            return unknown;
        }
        if (book->stock < line.quantity) refusal.items.push_back({line.item, book->stock});
        sold.lines.push_back({line.item, book->title, line.quantity, book->cost});
    }
    if (!refusal.items.empty()) {
        sales.add_refused(sell.key, sell.at, refused_lines(sell.lines, refusal), version);
        return refusal;
    }
    for (const Line& line : sell.lines)
        shelf.sell(line.item, line.quantity);
    sold.total = total_of(sold.lines);
    sales.add_sold(sell.key, sold, version);
    return sold;
}

CatalogOutcome CatalogState::Impl::operator()(const Update& update) {
    if (!open) return NotOpen{};
    const Book* book = shelf.find(update.item);
    if (book == nullptr) return UnknownItem{update.item};
    const std::int64_t delta = update.delta.value_or(0);
    const std::int64_t cost = update.cost.value_or(book->cost);
    const bool delta_fits = delta >= -amount_max && delta <= amount_max; // so that the sum cannot overflow
    if (!delta_fits || !is_amount(book->stock + delta) || !is_amount(cost)) return UpdateRefused{*book};
    if (update.delta || update.cost) shelf.change(update.item, delta, cost);
    return Updated{*book};
}

CatalogOutcome CatalogState::Impl::operator()(const AddBook& add) {
    if (!open) return NotOpen{};
    Book book = add.book;
    if (number(book.id) == 0) {
        const auto free = shelf.next_free();
        if (!free) return IdTaken{};
        book.id = *free;
    }
    if (!may_be_on_the_shelf(book)) return Unintelligible{};
    if (shelf.find(book.id) != nullptr) return IdTaken{};
    shelf.add(book);
    return Updated{std::move(book)};
}

CatalogOutcome CatalogState::Impl::operator()(const Settle& settle) {
    for (const std::string& key : settle.keys)
        sales.settle(key, version);
    return Done{};
}

CatalogOutcome CatalogState::Impl::operator()(const ForgetSales& forget) {
    for (const std::string& key : forget.keys)
        sales.forget(key);
    return Done{};
}

} // namespace bookstore::shop
