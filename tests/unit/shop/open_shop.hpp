#pragma once
/// \file
/// A shop that is open, and short ways to say what is done in it.
#include <string>
#include <utility>
#include <vector>

#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/default_catalog.hpp>

namespace bookstore::shop::test {

inline constexpr std::int64_t noon_ms = 1'700'000'000'000;
inline constexpr base::WallTime noon{noon_ms};

/// Opens with the default catalogue.
inline void open(CatalogState& shop) {
    shop.apply(Stock{0, true, default_catalog()});
}

inline std::int64_t stock_of(const CatalogState& shop, std::uint64_t item) {
    return shop.find(ItemId{item})->stock;
}

inline Sell sell(std::string key, std::vector<Line> lines, base::WallTime at = noon) {
    return {std::move(key), std::move(lines), at};
}

} // namespace bookstore::shop::test
