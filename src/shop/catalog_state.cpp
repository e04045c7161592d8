#include <bookstore/shop/catalog_state.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/mutant.hpp>

#include "shop/catalog_tables.hpp"
#include "shop/row_reader.hpp"
#include "shop/sales.hpp"
#include "shop/shelf.hpp"

namespace bookstore::shop {
namespace {

constexpr std::string_view parts_name = "parts";
constexpr std::string_view open_name = "open";
constexpr std::string_view sales_name = "sales";

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
        refused.push_back({line, std::nullopt});
        if (shortage != refusal.items.end() && shortage->item == line.item)
            refused.back().left = shortage++->stock;
    }
    return refused;
}

} // namespace

struct CatalogState::Impl {
    explicit Impl(ShelfObserver* observer) : shelf(observer) {}

    CatalogOutcome operator()(const Stock& stock);
    CatalogOutcome operator()(const Sell& sell);
    CatalogOutcome operator()(const Update& update);
    CatalogOutcome operator()(const AddBook& add);
    CatalogOutcome operator()(const Settle& settle);
    CatalogOutcome operator()(const ForgetSales& forget);

    CatalogOutcome sell_new(const Sell& sell);
    void load_shop(const base::Row& row);
    template <typename Visit>
    void visit_shop(Visit visit) const;
    std::uint64_t shop_digest() const;

    Shelf shelf;
    Sales sales;
    std::uint64_t parts = 0;
    bool open = false;
    bool shop_changed = false; ///< since take_changes
    std::uint64_t version = 0; ///< of the command that is being applied
};

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
    sold.lines.reserve(sell.lines.size());
    for (const Line& line : sell.lines) {
        const Book* book = shelf.find(line.item);
        if (book == nullptr) return UnknownItem{line.item};
        if (book->stock < line.quantity) refusal.items.push_back({line.item, book->stock});
        sold.lines.push_back({line.item, book->title, line.quantity, book->cost});
    }
    shop_changed = true;
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

void CatalogState::Impl::load_shop(const base::Row& row) {
    RowReader in(catalog_tables[shop_table], row);
    const std::string& name = in.text();
    if (name == parts_name)
        parts = static_cast<std::uint64_t>(in.integer(1, std::numeric_limits<std::int64_t>::max()));
    else if (name == open_name)
        open = in.integer(1, 1) == 1;
    else if (name == sales_name)
        sales.load_last_number(static_cast<std::uint64_t>(
            in.integer(std::max<std::int64_t>(1, static_cast<std::int64_t>(sales.last_number())),
                       std::numeric_limits<std::int64_t>::max())));
    else
        in.reject("is not known to this version");
}

/// The rows of the table of the shop, as name and value.
template <typename Visit>
void CatalogState::Impl::visit_shop(Visit visit) const {
    if (parts > 0) visit(parts_name, static_cast<std::int64_t>(parts));
    if (open) visit(open_name, std::int64_t{1});
    if (sales.last_number() > 0) visit(sales_name, static_cast<std::int64_t>(sales.last_number()));
}

std::uint64_t CatalogState::Impl::shop_digest() const {
    // Three rows at most: computing them anew is keeping them up to date.
    base::RowHasher hasher;
    std::uint64_t sum = 0;
    visit_shop([&](std::string_view name, std::int64_t value) { sum += hasher(shop_table, name, value); });
    return sum;
}

CatalogState::CatalogState(ShelfObserver* observer) : impl_(std::make_unique<Impl>(observer)) {}
CatalogState::~CatalogState() = default;

std::string CatalogState::apply(std::string_view command, std::uint64_t version) {
    const auto decoded = decode_catalog_command(command);
    return encode(decoded ? apply(*decoded, version) : CatalogOutcome{Unintelligible{}});
}

void CatalogState::apply_unheard(std::string_view command, std::uint64_t version) {
    const auto decoded = decode_catalog_command(command);
    if (decoded) apply(*decoded, version);
}

CatalogOutcome CatalogState::apply(const CatalogCommand& command, std::uint64_t version) {
    INVARIANT(version > 0);
    impl_->version = version;
    impl_->sales.reached(version);
    return std::visit(*impl_, command);
}

base::RowChanges CatalogState::take_changes() {
    base::RowChanges changes;
    changes.reserve(changed_rows());
    impl_->shelf.take_changes(changes);
    impl_->sales.take_changes(changes);
    if (std::exchange(impl_->shop_changed, false))
        impl_->visit_shop(
            [&](std::string_view name, std::int64_t value) { changes.put(shop_table, name, value); });
    return changes;
}

std::size_t CatalogState::changed_rows() const {
    return impl_->shelf.changed_rows() + impl_->sales.changed_rows();
}

std::shared_ptr<void> CatalogState::clear() {
    struct Held {
        std::unique_ptr<Impl> state;
        std::shared_ptr<void> beside; ///< what its observer kept
    };
    ShelfObserver* observer = impl_->shelf.observer();
    auto held = std::make_shared<Held>();
    held->state = std::exchange(impl_, std::make_unique<Impl>(observer));
    if (observer != nullptr) held->beside = observer->shelf_cleared();
    return held;
}

void CatalogState::load(std::uint8_t table, const base::Row& row) {
    switch (table) {
    case books_table:
        return impl_->shelf.load(row);
    case sales_table:
        return impl_->sales.load(row);
    case shop_table:
        return impl_->load_shop(row);
    default:
        throw std::runtime_error("the catalog has no table " + std::to_string(table));
    }
}

std::span<const base::Table> CatalogState::tables() const {
    return catalog_tables;
}

std::uint64_t CatalogState::digest() const {
    return impl_->shelf.digest() + impl_->sales.digest() + impl_->shop_digest();
}

std::uint64_t CatalogState::recompute_digest() const {
    return impl_->shelf.recompute_digest() + impl_->sales.recompute_digest() + impl_->shop_digest();
}

bool CatalogState::open() const {
    return impl_->open;
}

std::uint64_t CatalogState::next_part() const {
    return impl_->parts;
}

std::size_t CatalogState::size() const {
    return impl_->shelf.size();
}

const Book* CatalogState::find(ItemId item) const {
    return impl_->shelf.find(item);
}

std::int64_t CatalogState::sold(ItemId item) const {
    return impl_->shelf.sold(item);
}

std::vector<const Book*> CatalogState::page(std::optional<std::string_view> topic, ItemId after,
                                            std::size_t limit) const {
    return impl_->shelf.page(topic, after, limit);
}

std::optional<CatalogOutcome> CatalogState::sale(std::string_view key) const {
    auto remembered = impl_->sales.find(key);
    if (!remembered) return std::nullopt;
    return std::move(remembered->outcome);
}

std::vector<UnsettledSale> CatalogState::unsettled(std::uint64_t until, std::size_t limit) const {
    return impl_->sales.unsettled(until, limit);
}

std::size_t CatalogState::unsettled_count() const {
    return impl_->sales.unsettled_count();
}

std::size_t CatalogState::sales_count() const {
    return impl_->sales.count();
}

std::vector<std::string> CatalogState::closed(std::uint64_t until, std::size_t limit) const {
    return impl_->sales.closed(until, limit);
}

bool CatalogState::is_sale(std::uint8_t table) {
    return table == sales_table;
}

std::string_view CatalogState::key_of_sale(const base::Row& sale) {
    return Sales::key_of(sale);
}

bool CatalogState::is_settled_sale(const base::Row& sale) {
    return Sales::is_settled(sale);
}

void CatalogState::unsettle(base::Row& sale) {
    Sales::unsettle(sale);
}

void CatalogState::check_invariants() const {
    impl_->shelf.check_invariants();
    // Sales that were forgotten are missing from the one count and not from the other.
    for (const auto& [item, copies] : impl_->sales.check_invariants())
        INVARIANT(find(item) != nullptr && copies <= sold(item));
    INVARIANT(digest() == recompute_digest());
}

} // namespace bookstore::shop
