#include <bookstore/shop/catalog_state.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <bookstore/base/error.hpp>

#include "shop/catalog_impl.hpp"
#include "shop/catalog_tables.hpp"
#include "shop/row_reader.hpp"

namespace bookstore::shop {
namespace {

constexpr std::string_view parts_name = "parts";
constexpr std::string_view open_name = "open";
constexpr std::string_view sales_name = "sales";

} // namespace

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
