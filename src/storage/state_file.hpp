#pragma once
/// \file
/// One `state.db`, open: everything that is done with it but to replace it.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/storage/state_store.hpp>

#include "storage/schema.hpp"
#include "storage/sqlite.hpp"
#include "storage/state_scrub.hpp"
#include "storage/write_latch.hpp"

namespace bookstore::storage {

/// As StateStore, whose contract it keeps.
class StateFile {
public:
    using Position = StateStore::Position;

    StateFile(const std::string& directory, std::span<const base::Table> tables, const Schema& schema);

    Position load(base::StateMachine& machine);
    void apply(const base::RowChanges& changes, Position position, std::uint64_t digest);
    Scrubbed scrub(std::size_t max_bytes) { return scrub_.next(max_bytes, digest_); }
    Position checkpoint();

    /// SQLite's own check of every page and index. Throws Damaged with what it found.
    void check_integrity();

    /// The files stay as they are when it closes, where SQLite would tidy up.
    void abandon() { database_->abandon(); }

private:
    struct TableStatements {
        sqlite::Statement select;
        sqlite::Statement put;
        sqlite::Statement put_run; ///< of neighbours
        sqlite::Statement erase;
    };

    std::size_t write(const base::RowChanges& changes, std::size_t at);
    void write(const base::RowChanges::Change& change);

    std::span<const base::Table> tables_;
    std::unique_ptr<sqlite::Database> database_;
    WriteLatch latch_{*database_};
    std::vector<TableStatements> statements_;
    StateScrub scrub_{*database_, tables_};
    Position committed_;       ///< in the file, though perhaps not on the disk
    std::uint64_t digest_ = 0; ///< of the rows there
    Position durable_; ///< nothing until the first checkpoint: what an earlier process synced is not known
};

} // namespace bookstore::storage
