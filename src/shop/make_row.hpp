#pragma once
/// \file
/// Rows without a copy of every text: an initializer list can only be copied from.
#include <string>
#include <string_view>
#include <utility>

#include <bookstore/base/table.hpp>

namespace bookstore::shop {

/// As base::RowHasher takes them: integers and texts.
template <typename... Values>
base::Row make_row(Values&&... values) {
    const auto add = [](base::Row& row, auto&& value) {
        if constexpr (std::is_convertible_v<decltype(value), std::string_view>)
            row.emplace_back(std::in_place_type<std::string>, std::forward<decltype(value)>(value));
        else
            row.emplace_back(std::in_place_type<std::int64_t>, value);
    };
    base::Row row;
    row.reserve(sizeof...(values));
    (add(row, std::forward<Values>(values)), ...);
    return row;
}

} // namespace bookstore::shop
