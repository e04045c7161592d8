#pragma once
/// \file
/// What a CatalogState is made of.
#include <cstdint>

#include <bookstore/shop/catalog_state.hpp>

#include "shop/sales.hpp"
#include "shop/shelf.hpp"

namespace bookstore::shop {

struct CatalogState::Impl {
    explicit Impl(ShelfObserver* observer) : shelf(observer) {}

    // What each command does: catalog_commands.cpp.
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

} // namespace bookstore::shop
