#pragma once
/// \file
/// The row of a state's database that says what the others are: which version, and what they add up to. Of
/// all rows the one that must not be wrong unnoticed: a log that ends before the position would start anew
/// behind it, and forget what it has acknowledged.
#include <cstdint>
#include <string>

#include <bookstore/storage/state_store.hpp>

#include "storage/sqlite.hpp"

namespace bookstore::storage {

struct StoredPosition {
    StateStore::Position position;
    std::uint64_t digest = 0;
};

/// Makes its table, at position 0 of an empty state.
std::string create_position_sql();
/// As check_columns().
void check_position_columns(sqlite::Database& database);

/// Damaged when it is missing or does not match its checksum.
StoredPosition read_position(sqlite::Database& database);
void save_position(sqlite::Database& database, StateStore::Position position, std::uint64_t digest);

} // namespace bookstore::storage
