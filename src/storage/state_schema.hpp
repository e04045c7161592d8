#pragma once
/// \file
/// What a state's database is called, and what is in a new one.
#include <filesystem>
#include <span>
#include <string>

#include <bookstore/base/table.hpp>

#include "storage/schema.hpp"

namespace bookstore::storage {

/// A database in the making, which is worth nothing after a crash; and one that is whole and durable, and
/// takes the place of the state at the next occasion. Neither has a write-ahead log.
struct StateFiles {
    explicit StateFiles(const std::filesystem::path& directory)
        : current(directory / "state.db"),
          building(directory / "state.db.new"),
          next(directory / "state.db.next") {}

    std::filesystem::path current;
    std::filesystem::path building;
    std::filesystem::path next;
};

/// Before anything else in a new file. A transaction at a shop with a million books changes a row here and
/// there, and writes its page: half of SQLite's usual size costs a quarter less, and no other case more.
inline constexpr const char* page_size_sql = "PRAGMA page_size = 2048";

Schema state_schema(std::span<const base::Table> tables, int version,
                    std::function<std::string(int from)> migrate = {});

} // namespace bookstore::storage
