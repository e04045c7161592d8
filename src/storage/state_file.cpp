#include "storage/state_file.hpp"

#include <filesystem>
#include <limits>
#include <stdexcept>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/log.hpp>

#include "storage/files.hpp"
#include "storage/state_schema.hpp"
#include "storage/stored_position.hpp"
#include "storage/table_sql.hpp"

namespace bookstore::storage {
namespace {

using sqlite::Statement;

constexpr std::size_t run_rows = 16; ///< put by one statement

/// Whether so many rows from `at` on are put with integer keys that rise by one.
bool neighbours(const base::RowChanges& changes, std::size_t at) {
    if (changes.size() - at < run_rows) return false;
    const auto first = changes[at];
    const auto key = first[0];
    const auto* number = std::get_if<std::int64_t>(&key);
    if (number == nullptr || *number > std::numeric_limits<std::int64_t>::max() - std::int64_t{run_rows})
        return false;
    for (std::size_t i = 0; i < run_rows; ++i) {
        const auto change = changes[at + i];
        if (change.kind() != base::RowChanges::Kind::put || change.table() != first.table()) return false;
        if (change[0] != base::RowChanges::ValueView{*number + static_cast<std::int64_t>(i)}) return false;
    }
    return true;
}

/// A new schema has made other rows of what were right ones.
void save_migrated_digest(sqlite::Database& database, std::span<const base::Table> tables) {
    std::uint64_t digest = 0;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        Statement select(database, "read what was migrated", select_sql(tables[i]));
        select.each([&](const Statement& row) {
            digest += base::row_hash(static_cast<std::uint8_t>(i), row_of(row, tables[i]));
        });
    }
    save_position(database, read_position(database).position, digest);
}

std::unique_ptr<sqlite::Database> open_database(const std::string& directory,
                                                std::span<const base::Table> tables, const Schema& schema) {
    auto database =
        std::make_unique<sqlite::Database>((std::filesystem::path(directory) / "state.db").string());
    database->execute("open", page_size_sql);
    database->execute("open", "PRAGMA journal_mode = WAL");
    database->execute("open", "PRAGMA synchronous = NORMAL");
    // Debian's SQLite overwrites what is deleted with zeros: pages written for nothing.
    database->execute("open", "PRAGMA secure_delete = OFF");
    auto own = schema;
    own.migrated = [tables](sqlite::Database& migrated) { save_migrated_digest(migrated, tables); };
    bring_up_to_date(*database, own);
    check_position_columns(*database);
    for (const base::Table& table : tables)
        check_columns(*database, table);
    // The content of a new file may be lost: the log has it. Its name is made durable all the same, so that
    // an operator does not find it gone after a power cut.
    sync_directory(directory);
    return database;
}

} // namespace

StateFile::StateFile(const std::string& directory, std::span<const base::Table> tables, const Schema& schema)
    : tables_(tables), database_(open_database(directory, tables, schema)) {
    for (const base::Table& table : tables) {
        const std::string name(table.name);
        statements_.push_back({{*database_, "read " + name, select_sql(table)},
                               {*database_, "put into " + name, put_sql(table)},
                               {*database_, "put into " + name, put_sql(table, run_rows)},
                               {*database_, "erase from " + name, erase_sql(table)}});
    }
    const auto stored = read_position(*database_);
    committed_ = stored.position;
    digest_ = stored.digest;
}

StateStore::Position StateFile::load(base::StateMachine& machine) {
    machine.clear();
    std::uint64_t digest = 0;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto number = static_cast<std::uint8_t>(i);
        statements_[i].select.each([&](const Statement& stored) {
            const auto row = row_of(stored, tables_[i]);
            digest += base::row_hash(number, row);
            try {
                machine.load(number, row);
            } catch (const std::runtime_error& refusal) {
                throw Damaged(database_->path() + ": damaged: " + refusal.what());
            }
        });
    }
    if (digest != digest_)
        throw Damaged(database_->path() + ": damaged: its rows are not those of version " +
                      std::to_string(committed_.index) + ": they do not add up to the digest stored with it");
    return committed_;
}

/// From `at` on; how many. Rows that are neighbours go into the same pages, and one statement for several is
/// half the work.
std::size_t StateFile::write(const base::RowChanges& changes, std::size_t at) {
    if (!neighbours(changes, at)) {
        write(changes[at]);
        return 1;
    }
    auto& put = statements_[changes[at].table()].put_run;
    int parameter = 0;
    for (std::size_t i = at; i < at + run_rows; ++i) {
        const auto change = changes[i];
        INVARIANT(change.size() == tables_[change.table()].columns.size());
        scrub_.before(change);
        bind_row(put, parameter, change);
        parameter += static_cast<int>(change.size());
    }
    put.run();
    return run_rows;
}

void StateFile::write(const base::RowChanges::Change& change) {
    INVARIANT(change.table() < tables_.size());
    const bool puts = change.kind() == base::RowChanges::Kind::put;
    INVARIANT(change.size() == (puts ? tables_[change.table()].columns.size() : 1));
    scrub_.before(change);
    auto& statement = puts ? statements_[change.table()].put : statements_[change.table()].erase;
    bind_row(statement, 0, change);
    statement.run();
}

void StateFile::apply(const base::RowChanges& changes, Position position, std::uint64_t digest) {
    // Latched as the log is: rows that were not written once would be missing from all that is written later.
    latch_.run([&] {
        sqlite::Transaction transaction(*database_, "apply");
        for (std::size_t at = 0; at < changes.size();)
            at += write(changes, at);
        save_position(*database_, position, digest);
        transaction.commit();
        committed_ = position;
        digest_ = digest;
    });
}

StateStore::Position StateFile::checkpoint() {
    latch_.run([&] {
        if (database_->checkpoint(sqlite::Database::Wal::truncate))
            durable_ = committed_;
        else
            base::log::warning("checkpoint held up by a reader",
                               {{"file", database_->path()}, {"wal_pages", database_->wal_pages()}});
    });
    return durable_;
}

void StateFile::check_integrity() {
    std::string found;
    Statement check(*database_, "check the file", "PRAGMA integrity_check(5)");
    check.each([&](const Statement& row) {
        if (row.text(0) != "ok") found += (found.empty() ? "" : "; ") + std::string(row.text(0));
    });
    if (!found.empty()) throw Damaged(database_->path() + ": damaged: " + found);
}

} // namespace bookstore::storage
