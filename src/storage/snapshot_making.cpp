#include "storage/snapshot_making.hpp"

#include "storage/table_sql.hpp"

namespace bookstore::storage {
namespace {

constexpr std::uint64_t step_bytes = 1u << 20;

/// What the connection sees from now on is the state as it is committed now: the first read fixes it.
StoredPosition begin_reading(sqlite::Database& database) {
    database.execute("make a snapshot", "BEGIN");
    return read_position(database);
}

} // namespace

SnapshotMaking::SnapshotMaking(const std::filesystem::path& database, const std::filesystem::path& file,
                               std::span<const base::Table> tables)
    : tables_(tables),
      database_(database.string(), sqlite::Database::Access::read_only),
      at_(begin_reading(database_)) {
    for (const base::Table& table : tables)
        rows_.emplace_back(database_, "read " + std::string(table.name), select_sql(table));
    writer_.emplace(file, tables, at_.position);
}

std::optional<SnapshotSummary> SnapshotMaking::step() {
    const auto until = writer_->bytes() + step_bytes;
    while (table_ < tables_.size()) {
        auto& rows = rows_[table_];
        if (!rows.next()) {
            rows.rewind();
            ++table_;
            continue;
        }
        writer_->add(static_cast<std::uint8_t>(table_), row_of(rows, tables_[table_]));
        if (writer_->bytes() >= until) return std::nullopt;
    }
    auto summary = writer_->finish();
    if (summary.digest != at_.digest)
        throw Damaged(database_.path() + ": damaged: its rows are not those of version " +
                      std::to_string(at_.position.index) +
                      ": they do not add up to the digest stored with it");
    return summary;
}

} // namespace bookstore::storage
