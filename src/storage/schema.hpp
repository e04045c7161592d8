#pragma once
/// \file
/// Which schema a database file has (PRAGMA user_version), and how it gets the one this program knows.
#include <functional>
#include <string>

#include "storage/sqlite.hpp"

namespace bookstore::storage {

struct Schema {
    int version = 1;
    std::string create;                           ///< SQL for an empty file
    std::function<std::string(int from)> migrate; ///< SQL for the step from version `from` to `from + 1`
    std::function<void(sqlite::Database&)> migrated = {}; ///< within the transaction of the last such step
};

/// Creates or migrates, each step in a transaction of its own with its version. Throws when the file is newer
/// than `schema`, was made by something else, or is older and no migration is given.
void bring_up_to_date(sqlite::Database& database, const Schema& schema);

} // namespace bookstore::storage
