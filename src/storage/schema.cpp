#include "storage/schema.hpp"

namespace bookstore::storage {
namespace {

void run_step(sqlite::Database& database, const std::string& operation, const std::string& sql, int version,
              const std::function<void(sqlite::Database&)>& finish = {}) {
    sqlite::Transaction transaction(database, operation);
    database.execute(operation, sql);
    database.execute(operation, "PRAGMA user_version = " + std::to_string(version));
    if (finish) finish(database);
    transaction.commit();
}

} // namespace

void bring_up_to_date(sqlite::Database& database, const Schema& schema) {
    const auto found = database.integer("read the schema version", "PRAGMA user_version");
    if (found > schema.version)
        throw sqlite::Error(database.path() + ": schema version " + std::to_string(found) +
                            " is newer than this program knows (" + std::to_string(schema.version) +
                            "); run the newer program that wrote it");
    if (found == 0) {
        if (database.integer("read the schema", "SELECT count(*) FROM sqlite_schema") != 0)
            throw sqlite::Error(database.path() +
                                ": has tables but no schema version: not made by bookstored");
        run_step(database, "create the schema", schema.create, schema.version);
        return;
    }
    for (int from = static_cast<int>(found); from < schema.version; ++from) {
        if (!schema.migrate)
            throw sqlite::Error(database.path() + ": schema version " + std::to_string(from) +
                                " is too old for this program (" + std::to_string(schema.version) + ")");
        run_step(database, "migrate from schema version " + std::to_string(from), schema.migrate(from),
                 from + 1, from + 1 == schema.version ? schema.migrated : nullptr);
    }
}

} // namespace bookstore::storage
