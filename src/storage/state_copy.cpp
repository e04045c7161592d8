#include <bookstore/storage/state_copy.hpp>

#include <bookstore/storage/snapshot_file.hpp>

#include "storage/sqlite.hpp"
#include "storage/table_sql.hpp"

namespace bookstore::storage {

using sqlite::Statement;

std::optional<SnapshotSummary> copy_sqlite_state(const std::string& directory,
                                                 std::span<const base::Table> tables, std::uint64_t least,
                                                 const std::filesystem::path& file) {
    sqlite::Database database((std::filesystem::path(directory) / "state.db").string());
    database.abandon(); // the store's to tidy up
    database.execute("copy the state", "BEGIN");
    StateStore::Position position; // the first read fixes what is seen
    std::uint64_t digest = 0;
    Statement stored(database, "copy the state",
                     "SELECT applied_index, applied_term, digest FROM applied_position");
    stored.each([&](const Statement& row) {
        position = {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))};
        digest = static_cast<std::uint64_t>(row.integer(2));
    });
    if (position.index < least) return std::nullopt;
    SnapshotFileWriter writer(file, tables, position);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        Statement rows(database, "copy the state", select_sql(tables[i]));
        rows.each(
            [&](const Statement& row) { writer.add(static_cast<std::uint8_t>(i), row_of(row, tables[i])); });
    }
    const auto summary = writer.finish();
    if (summary.digest != digest) {
        std::filesystem::remove(file);
        throw Damaged(database.path() + ": damaged: its rows do not add up to the digest stored with them");
    }
    return summary;
}

} // namespace bookstore::storage
