#pragma once
/// \file
/// Rows, as a state machine gives them to its storage and gets them back.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bookstore::base {

using Value = std::variant<std::int64_t, std::string>;
using Row = std::vector<Value>;

enum class ColumnType { integer, text };

struct Column {
    std::string_view name;
    ColumnType type;
};

/// A table of a state machine. The first column is the primary key. Names are SQL identifiers.
struct Table {
    std::string_view name;
    std::span<const Column> columns;
};

} // namespace bookstore::base
