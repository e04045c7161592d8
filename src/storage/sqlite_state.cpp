#include <bookstore/storage/state_store.hpp>

#include <filesystem>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/log.hpp>

#include "storage/files.hpp"
#include "storage/schema.hpp"
#include "storage/snapshot.hpp"
#include "storage/sqlite.hpp"
#include "storage/table_sql.hpp"
#include "storage/write_latch.hpp"

namespace bookstore::storage {
namespace {

using sqlite::Statement;

std::string schema_sql(std::span<const base::Table> tables) {
    std::string sql;
    for (const base::Table& table : tables)
        sql += create_table_sql(table);
    sql +=
        "CREATE TABLE applied_position(id INTEGER PRIMARY KEY CHECK (id = 1), applied_index INTEGER NOT NULL,"
        " applied_term INTEGER NOT NULL) STRICT;"
        "INSERT INTO applied_position VALUES(1, 0, 0);";
    return sql;
}

std::unique_ptr<sqlite::Database> open_database(const std::string& directory,
                                                std::span<const base::Table> tables, const Schema& schema) {
    auto database =
        std::make_unique<sqlite::Database>((std::filesystem::path(directory) / "state.db").string());
    database->execute("open", "PRAGMA journal_mode = WAL");
    database->execute("open", "PRAGMA synchronous = NORMAL");
    // Debian's SQLite overwrites what is deleted with zeros: pages written for nothing.
    database->execute("open", "PRAGMA secure_delete = OFF");
    bring_up_to_date(*database, schema);
    for (const base::Table& table : tables)
        check_columns(*database, table);
    // The content of a new file may be lost: the log has it. Its name is made durable all the same, so that
    // an operator does not find it gone after a power cut.
    sync_directory(directory);
    return database;
}

class SqliteState final : public StateStore {
public:
    SqliteState(const std::string& directory, std::span<const base::Table> tables, const Schema& schema);

    Position load(base::StateMachine& machine) override;
    void apply(const std::vector<base::RowChange>& changes, Position position) override;
    Position checkpoint() override;
    std::string snapshot() override;
    Position install(std::string_view snapshot) override;

private:
    struct TableStatements {
        Statement select;
        Statement put;
        Statement erase;
    };

    void put(std::uint8_t table, const base::Row& row);
    void erase(std::uint8_t table, const base::Row& key);
    void save(Position position);
    void replace_everything(std::string_view snapshot, Position position);

    std::span<const base::Table> tables_;
    std::unique_ptr<sqlite::Database> database_;
    WriteLatch latch_{*database_};
    Statement load_position_{*database_, "read the position",
                             "SELECT applied_index, applied_term FROM applied_position"};
    Statement save_position_{*database_, "save the position",
                             "UPDATE applied_position SET applied_index = ?, applied_term = ?"};
    std::vector<TableStatements> statements_;
    Position committed_; ///< in the file, though perhaps not on the disk
    Position durable_;   ///< nothing until the first checkpoint: what an earlier process synced is not known
};

SqliteState::SqliteState(const std::string& directory, std::span<const base::Table> tables,
                         const Schema& schema)
    : tables_(tables), database_(open_database(directory, tables, schema)) {
    for (const base::Table& table : tables) {
        const std::string name(table.name);
        statements_.push_back({{*database_, "read " + name, select_sql(table)},
                               {*database_, "put into " + name, put_sql(table)},
                               {*database_, "erase from " + name, erase_sql(table)}});
    }
    load_position_.each([&](const Statement& row) {
        committed_ = {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))};
    });
}

StateStore::Position SqliteState::load(base::StateMachine& machine) {
    machine.clear();
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto number = static_cast<std::uint8_t>(i);
        statements_[i].select.each(
            [&](const Statement& row) { machine.load(number, row_of(row, tables_[i])); });
    }
    return committed_;
}

void SqliteState::put(std::uint8_t table, const base::Row& row) {
    INVARIANT(table < tables_.size() && row.size() == tables_[table].columns.size());
    bind_row(statements_[table].put, row);
    statements_[table].put.run();
}

void SqliteState::erase(std::uint8_t table, const base::Row& key) {
    INVARIANT(table < tables_.size() && key.size() == 1);
    bind_row(statements_[table].erase, key);
    statements_[table].erase.run();
}

void SqliteState::save(Position position) {
    save_position_.bind(0, static_cast<std::int64_t>(position.index));
    save_position_.bind(1, static_cast<std::int64_t>(position.term)).run();
}

void SqliteState::apply(const std::vector<base::RowChange>& changes, Position position) {
    // Latched as the log is: rows that were not written once would be missing from all that is written later.
    latch_.run([&] {
        sqlite::Transaction transaction(*database_, "apply");
        for (const base::RowChange& change : changes) {
            if (change.kind == base::RowChange::Kind::put)
                put(change.table, change.row);
            else
                erase(change.table, change.row);
        }
        save(position);
        transaction.commit();
        committed_ = position;
    });
}

StateStore::Position SqliteState::checkpoint() {
    latch_.run([&] {
        if (database_->checkpoint(sqlite::Database::Wal::truncate))
            durable_ = committed_;
        else
            base::log::warning("checkpoint held up by a reader of another process",
                               {{"file", database_->path()}, {"wal_pages", database_->wal_pages()}});
    });
    return durable_;
}

std::string SqliteState::snapshot() {
    SnapshotWriter out(tables_, committed_);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto number = static_cast<std::uint8_t>(i);
        statements_[i].select.each([&](const Statement& row) { out.add(number, row_of(row, tables_[i])); });
    }
    return out.finish();
}

StateStore::Position SqliteState::install(std::string_view snapshot) {
    // Read once through before anything is touched: a damaged one is the sender's failure, not this disk's.
    const Position position = read_snapshot(snapshot, tables_, [](std::uint8_t, const base::Row&) {});
    latch_.run([&] { replace_everything(snapshot, position); });
    return checkpoint();
}

void SqliteState::replace_everything(std::string_view snapshot, Position position) {
    // Synced by its commit, not by the checkpoint that follows: a reader could hold that up.
    database_->execute("install a snapshot", "PRAGMA synchronous = FULL");
    {
        sqlite::Transaction transaction(*database_, "install a snapshot");
        for (const base::Table& table : tables_)
            database_->execute("install a snapshot", clear_sql(table));
        read_snapshot(snapshot, tables_, [&](std::uint8_t table, const base::Row& row) { put(table, row); });
        save(position);
        transaction.commit();
    }
    database_->execute("install a snapshot", "PRAGMA synchronous = NORMAL");
    committed_ = position;
    durable_ = position;
}

} // namespace

std::unique_ptr<StateStore> open_sqlite_state(const std::string& directory,
                                              std::span<const base::Table> tables, int schema_version,
                                              std::function<std::string(int from)> migrate) {
    return std::make_unique<SqliteState>(directory, tables,
                                         Schema{schema_version, schema_sql(tables), std::move(migrate)});
}

} // namespace bookstore::storage
