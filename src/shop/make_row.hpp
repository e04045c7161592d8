#pragma once
/// \file
/// Rows without a copy of every text: an initializer list can only be copied from.
#include <utility>

#include <bookstore/base/table.hpp>

namespace bookstore::shop {

template <typename... Values>
base::Row make_row(Values&&... values) {
    base::Row row;
    row.reserve(sizeof...(values));
    (row.emplace_back(std::forward<Values>(values)), ...);
    return row;
}

} // namespace bookstore::shop
