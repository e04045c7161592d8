#include "storage/state_file.hpp"

#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/error.hpp>
#include <bookstore/base/hash.hpp>
#include <bookstore/base/log.hpp>
#include <bookstore/storage/snapshot.hpp>

#include "storage/files.hpp"
#include "storage/table_sql.hpp"

namespace bookstore::storage {
namespace {

using sqlite::Statement;

using base::ColumnType;

constexpr std::array position_columns{
    base::Column{"id", ColumnType::integer}, base::Column{"applied_index", ColumnType::integer},
    base::Column{"applied_term", ColumnType::integer}, base::Column{"digest", ColumnType::integer},
    base::Column{"checksum", ColumnType::integer}};
constexpr base::Table position_table{"applied_position", position_columns};

std::int64_t checksum(StateStore::Position position, std::uint64_t digest) {
    base::ByteWriter bytes;
    bytes.u64(position.index);
    bytes.u64(position.term);
    bytes.u64(digest);
    return static_cast<std::int64_t>(base::hash64(bytes.view()));
}

struct Stored {
    StateStore::Position position;
    std::uint64_t digest = 0;
};

/// Of all rows the one that must not be wrong unnoticed: a log that ends before the position would start anew
/// behind it, and forget what it has acknowledged.
Stored read_position(sqlite::Database& database) {
    Stored stored;
    bool right = false;
    Statement select(database, "read the position",
                     "SELECT applied_index, applied_term, digest, checksum FROM applied_position");
    select.each([&](const Statement& row) {
        stored.position = {static_cast<std::uint64_t>(row.integer(0)),
                           static_cast<std::uint64_t>(row.integer(1))};
        stored.digest = static_cast<std::uint64_t>(row.integer(2));
        right = row.integer(3) == checksum(stored.position, stored.digest);
    });
    if (!right)
        throw Damaged(database.path() +
                      ": damaged: which version it holds is missing, or does not match its checksum");
    return stored;
}

void save_position(sqlite::Database& database, StateStore::Position position, std::uint64_t digest) {
    Statement save(
        database, "save the position",
        "UPDATE applied_position SET applied_index = ?, applied_term = ?, digest = ?, checksum = ?");
    save.bind(0, static_cast<std::int64_t>(position.index));
    save.bind(1, static_cast<std::int64_t>(position.term));
    save.bind(2, static_cast<std::int64_t>(digest)).bind(3, checksum(position, digest)).run();
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

StateStore::Position read_through(std::string_view snapshot, std::span<const base::Table> tables,
                                  const SnapshotReader::Visit& visit) {
    SnapshotReader reader(
        "snapshot",
        [rest = snapshot](char* to, std::size_t bytes) mutable {
            const auto got = rest.copy(to, bytes);
            rest.remove_prefix(got);
            return got;
        },
        tables);
    while (reader.next_block(visit)) {
    }
    return reader.position();
}

std::unique_ptr<sqlite::Database> open_database(const std::string& directory,
                                                std::span<const base::Table> tables, const Schema& schema) {
    auto database =
        std::make_unique<sqlite::Database>((std::filesystem::path(directory) / "state.db").string());
    database->execute("open", "PRAGMA journal_mode = WAL");
    database->execute("open", "PRAGMA synchronous = NORMAL");
    // Debian's SQLite overwrites what is deleted with zeros: pages written for nothing.
    database->execute("open", "PRAGMA secure_delete = OFF");
    auto own = schema;
    own.migrated = [tables](sqlite::Database& migrated) { save_migrated_digest(migrated, tables); };
    bring_up_to_date(*database, own);
    check_columns(*database, position_table);
    for (const base::Table& table : tables)
        check_columns(*database, table);
    // The content of a new file may be lost: the log has it. Its name is made durable all the same, so that
    // an operator does not find it gone after a power cut.
    sync_directory(directory);
    return database;
}

} // namespace

std::string StateFile::position_sql() {
    return create_table_sql(position_table) + "INSERT INTO applied_position VALUES(1, 0, 0, 0, " +
           std::to_string(checksum({}, 0)) + ");";
}

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
            base::log::warning("checkpoint held up by a reader of another process",
                               {{"file", database_->path()}, {"wal_pages", database_->wal_pages()}});
    });
    return durable_;
}

std::string StateFile::snapshot() {
    std::string bytes;
    SnapshotWriter out([&](std::string_view more) { bytes.append(more); }, tables_, committed_);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto number = static_cast<std::uint8_t>(i);
        statements_[i].select.each([&](const Statement& row) { out.add(number, row_of(row, tables_[i])); });
    }
    out.finish();
    return bytes;
}

StateStore::Position StateFile::install(std::string_view snapshot) {
    // Read once through before anything is touched: a damaged one is the sender's failure, not this disk's.
    const Position position = read_through(snapshot, tables_, [](std::uint8_t, const base::Row&) {});
    latch_.run([&] { replace_everything(snapshot, position); });
    return checkpoint();
}

void StateFile::replace_everything(std::string_view snapshot, Position position) {
    // Synced by its commit, not by the checkpoint that follows: a reader could hold that up.
    database_->execute("install a snapshot", "PRAGMA synchronous = FULL");
    std::uint64_t digest = 0;
    {
        sqlite::Transaction transaction(*database_, "install a snapshot");
        for (const base::Table& table : tables_)
            database_->execute("install a snapshot", clear_sql(table));
        read_through(snapshot, tables_, [&](std::uint8_t table, const base::Row& row) {
            put(table, row);
            digest += base::row_hash(table, row);
        });
        save_position(*database_, position, digest);
        transaction.commit();
    }
    database_->execute("install a snapshot", "PRAGMA synchronous = NORMAL");
    committed_ = position;
    digest_ = digest;
    durable_ = position;
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
