#pragma once
/// \file
/// base::Table in SQL. Every column stands in the database as itself, so that sqlite3 shows an operator what
/// the state machine knows.
#include <string>

#include <bookstore/base/row_changes.hpp>
#include <bookstore/base/table.hpp>

#include "storage/sqlite.hpp"

namespace bookstore::storage {

std::string create_table_sql(const base::Table& table);
std::string select_sql(const base::Table& table);       ///< all rows, by primary key
std::string select_row_sql(const base::Table& table);   ///< the one with the primary key ?
std::string select_first_sql(const base::Table& table); ///< the first ? rows, by primary key
std::string select_after_sql(const base::Table& table); ///< behind the primary key ?, the first ? rows
std::string put_sql(const base::Table& table, std::size_t rows = 1);
std::string erase_sql(const base::Table& table);
std::string clear_sql(const base::Table& table);

/// Throws, naming both, unless the table in the database has the columns of `table`.
void check_columns(sqlite::Database& database, const base::Table& table);

/// The first of the statement's parameters. The row lives until the statement has run.
void bind_row(sqlite::Statement& statement, const base::Row& row);
/// Those from `at` on.
void bind_row(sqlite::Statement& statement, int at, const base::RowChanges::Change& change);
base::Row row_of(const sqlite::Statement& statement, const base::Table& table);

} // namespace bookstore::storage
