#pragma once
/// \file
/// A walk over all rows of a state.db that is in use, a piece at a time: does the disk still give back what
/// was written?
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <bookstore/base/row_changes.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/storage/scrubbed.hpp>

#include "storage/sqlite.hpp"

namespace bookstore::storage {

/// It reads through a connection of its own, which remembers nothing of what was written, and adds up what it
/// reads. What changes behind it while it walks is added and taken away as it changes, so that in the end the
/// sum is the digest of the rows as they are then. Thread: as the database that it is beside.
class StateScrub {
public:
    /// `database` is that of the rows' writer; it and `tables` outlive the scrub.
    StateScrub(sqlite::Database& database, std::span<const base::Table> tables);

    /// Reads some rows on, about `max_bytes` of them. `digest`: of all rows, now. Damaged when they cannot be
    /// read, or at the end when they do not add up to it; the next call begins a walk anew in any case.
    Scrubbed next(std::size_t max_bytes, std::uint64_t digest);

    /// `change` is about to be made through `database`.
    void before(const base::RowChanges::Change& change);

private:
    struct Walk {
        explicit Walk(const std::string& path) : database(path) {}

        sqlite::Database database;
        std::uint8_t table = 0;
        std::optional<base::Value> last; ///< key read last in that table; none: it begins
        std::uint64_t sum = 0;           ///< of the rows up to there
    };

    std::size_t read_piece();
    bool passed(const base::RowChanges::Change& change) const;

    sqlite::Database& database_;
    std::span<const base::Table> tables_;
    std::vector<sqlite::Statement> row_of_key_; ///< by table, at the writer
    std::unique_ptr<Walk> walk_;                ///< none: between two
};

} // namespace bookstore::storage
