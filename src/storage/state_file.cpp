#include "storage/state_file.hpp"

#include <filesystem>
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

void StateFile::put(std::uint8_t table, const base::Row& row) {
    INVARIANT(table < tables_.size() && row.size() == tables_[table].columns.size());
    bind_row(statements_[table].put, row);
    statements_[table].put.run();
}

void StateFile::erase(std::uint8_t table, const base::Row& key) {
    INVARIANT(table < tables_.size() && key.size() == 1);
    bind_row(statements_[table].erase, key);
    statements_[table].erase.run();
}

void StateFile::apply(const std::vector<base::RowChange>& changes, Position position, std::uint64_t digest) {
    // Latched as the log is: rows that were not written once would be missing from all that is written later.
    latch_.run([&] {
        sqlite::Transaction transaction(*database_, "apply");
        for (const base::RowChange& change : changes) {
            scrub_.before(change);
            if (change.kind == base::RowChange::Kind::put)
                put(change.table, change.row);
            else
                erase(change.table, change.row);
        }
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
