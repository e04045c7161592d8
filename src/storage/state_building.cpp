#include "storage/state_building.hpp"

#include "storage/state_schema.hpp"
#include "storage/stored_position.hpp"
#include "storage/table_sql.hpp"

namespace bookstore::storage {
namespace {

constexpr int blocks_per_step = 4;

std::unique_ptr<sqlite::Database> begin_database(const std::filesystem::path& path, const Schema& schema) {
    std::filesystem::remove(path);
    auto database = std::make_unique<sqlite::Database>(path.string());
    database->execute("build a state", page_size_sql);
    // Nothing of it is worth anything before it is whole, so nothing has to be rolled back. Each transaction
    // is synced all the same: little by little it disturbs others on the disk least.
    database->execute("build a state", "PRAGMA journal_mode = OFF");
    database->execute("build a state", "PRAGMA synchronous = NORMAL");
    database->execute("build a state", "PRAGMA secure_delete = OFF");
    bring_up_to_date(*database, schema);
    return database;
}

} // namespace

StateBuilding::StateBuilding(const StateFiles& files, const std::filesystem::path& snapshot,
                             std::uint64_t offset, std::span<const base::Table> tables, const Schema& schema)
    : reader_(snapshot, tables, offset), database_(begin_database(files.building, schema)) {
    for (const base::Table& table : tables)
        put_.emplace_back(*database_, "put into " + std::string(table.name), put_sql(table));
}

std::optional<SnapshotSummary> StateBuilding::step() {
    const auto put = [this](std::uint8_t table, const base::Row& row) {
        bind_row(put_[table], row);
        put_[table].run();
    };
    sqlite::Transaction transaction(*database_, "build a state");
    bool more = true;
    for (int block = 0; block < blocks_per_step && more; ++block)
        more = reader_.next_block(put);
    if (!more) save_position(*database_, reader_.position(), reader_.summary().digest);
    transaction.commit();
    if (more) return std::nullopt;
    put_.clear();
    database_.reset();
    return reader_.summary();
}

} // namespace bookstore::storage
