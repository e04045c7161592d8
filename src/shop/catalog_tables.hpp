#pragma once
/// \file
/// The catalog's tables; what their columns mean stands in catalog_state.hpp.
#include <array>
#include <cstdint>

#include <bookstore/base/table.hpp>

namespace bookstore::shop {

// Indexes into catalog_tables.
inline constexpr std::uint8_t books_table = 0;
inline constexpr std::uint8_t sales_table = 1;
inline constexpr std::uint8_t shop_table = 2;

inline constexpr std::array books_columns{
    base::Column{"id", base::ColumnType::integer},       base::Column{"title", base::ColumnType::text},
    base::Column{"topic", base::ColumnType::text},       base::Column{"cost", base::ColumnType::integer},
    base::Column{"stock", base::ColumnType::integer},    base::Column{"sold", base::ColumnType::integer},
    base::Column{"received", base::ColumnType::integer},
};
inline constexpr std::array sales_columns{
    base::Column{"number", base::ColumnType::integer}, base::Column{"key", base::ColumnType::text},
    base::Column{"at", base::ColumnType::integer},     base::Column{"state", base::ColumnType::text},
    base::Column{"total", base::ColumnType::integer},  base::Column{"lines", base::ColumnType::text},
};
inline constexpr std::array shop_columns{
    base::Column{"name", base::ColumnType::text},
    base::Column{"value", base::ColumnType::integer},
};
inline constexpr std::array catalog_tables{
    base::Table{"books", books_columns},
    base::Table{"sales", sales_columns},
    base::Table{"shop", shop_columns},
};

} // namespace bookstore::shop
