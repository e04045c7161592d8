#include "storage/table_sql.hpp"

#include <bookstore/base/error.hpp>

namespace bookstore::storage {
namespace {

std::string_view sql_type(base::ColumnType type) {
    return type == base::ColumnType::integer ? "INTEGER" : "TEXT";
}

std::string column_list(const base::Table& table) {
    std::string list;
    for (const base::Column& column : table.columns)
        list += (list.empty() ? "" : ", ") + sqlite::quoted(column.name);
    return list;
}

std::string key_of(const base::Table& table) {
    return sqlite::quoted(table.columns.front().name);
}

std::string rows_sql(const base::Table& table) {
    return "SELECT " + column_list(table) + " FROM " + sqlite::quoted(table.name);
}

std::string definition(std::string_view name, std::string_view type) {
    return sqlite::quoted(name) + " " + std::string(type);
}

} // namespace

std::string create_table_sql(const base::Table& table) {
    std::string columns;
    for (const base::Column& column : table.columns) {
        columns += columns.empty() ? "" : ", ";
        columns += definition(column.name, sql_type(column.type));
        columns += &column == table.columns.data() ? " PRIMARY KEY NOT NULL" : " NOT NULL";
    }
    // An integer key is the row's own number; for a text key the row stands in the key's tree, not in a
    // second.
    const bool integer_key = table.columns.front().type == base::ColumnType::integer;
    return "CREATE TABLE " + sqlite::quoted(table.name) + "(" + columns + ") STRICT" +
           (integer_key ? "" : ", WITHOUT ROWID") + ";";
}

std::string select_sql(const base::Table& table) {
    return rows_sql(table) + " ORDER BY 1";
}

std::string select_row_sql(const base::Table& table) {
    return rows_sql(table) + " WHERE " + key_of(table) + " = ?";
}

std::string select_first_sql(const base::Table& table) {
    return rows_sql(table) + " ORDER BY 1 LIMIT ?";
}

std::string select_after_sql(const base::Table& table) {
    return rows_sql(table) + " WHERE " + key_of(table) + " > ? ORDER BY 1 LIMIT ?";
}

std::string put_sql(const base::Table& table, std::size_t rows) {
    std::string row;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        row += i == 0 ? "(?" : ", ?";
    row += ')';
    std::string values = row;
    for (std::size_t i = 1; i < rows; ++i)
        values += ", " + row;
    return "INSERT OR REPLACE INTO " + sqlite::quoted(table.name) + "(" + column_list(table) + ") VALUES" +
           values;
}

std::string erase_sql(const base::Table& table) {
    return "DELETE FROM " + sqlite::quoted(table.name) + " WHERE " + key_of(table) + " = ?";
}

std::string clear_sql(const base::Table& table) {
    return "DELETE FROM " + sqlite::quoted(table.name);
}

void check_columns(sqlite::Database& database, const base::Table& table) {
    std::string expected;
    for (const base::Column& column : table.columns)
        expected += (expected.empty() ? "" : ", ") + definition(column.name, sql_type(column.type));
    std::string found;
    sqlite::Statement columns(database, "read the schema", "SELECT name, type FROM pragma_table_info(?)");
    columns.bind_text(0, table.name).each([&](const sqlite::Statement& row) {
        found += (found.empty() ? "" : ", ") + definition(row.text(0), row.text(1));
    });
    if (found != expected)
        throw sqlite::Error(database.path() + ": table " + std::string(table.name) + " has columns (" +
                            found + ") where this program needs (" + expected + ")");
}

void bind_row(sqlite::Statement& statement, const base::Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const int at = static_cast<int>(i);
        if (const auto* number = std::get_if<std::int64_t>(&row[i]))
            statement.bind(at, *number);
        else
            statement.bind_text(at, std::get<std::string>(row[i]));
    }
}

void bind_row(sqlite::Statement& statement, int at, const base::RowChanges::Change& change) {
    for (std::size_t i = 0; i < change.size(); ++i, ++at) {
        const auto value = change[i];
        if (const auto* number = std::get_if<std::int64_t>(&value))
            statement.bind(at, *number);
        else
            statement.bind_text(at, std::get<std::string_view>(value));
    }
}

base::Row row_of(const sqlite::Statement& statement, const base::Table& table) {
    base::Row row;
    row.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const int at = static_cast<int>(i);
        if (table.columns[i].type == base::ColumnType::integer)
            row.emplace_back(statement.integer(at));
        else
            row.emplace_back(std::string(statement.text(at)));
    }
    return row;
}

} // namespace bookstore::storage
