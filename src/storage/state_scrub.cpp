#include "storage/state_scrub.hpp"

#include <utility>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/storage/damaged.hpp>

#include "storage/table_sql.hpp"

namespace bookstore::storage {
namespace {

constexpr std::size_t rows_at_once = 256;

std::size_t bytes_of(const base::Row& row) {
    std::size_t bytes = 0;
    for (const base::Value& value : row) {
        const auto* text = std::get_if<std::string>(&value);
        bytes += text != nullptr ? text->size() : sizeof(std::int64_t);
    }
    return bytes;
}

void bind_value(sqlite::Statement& statement, int at, const base::Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        statement.bind(at, *number);
    else
        statement.bind_text(at, std::get<std::string>(value));
}

} // namespace

StateScrub::StateScrub(sqlite::Database& database, std::span<const base::Table> tables)
    : database_(database), tables_(tables) {
    for (const base::Table& table : tables)
        row_of_key_.emplace_back(database, "read a row of " + std::string(table.name), select_row_sql(table));
}

Scrubbed StateScrub::next(std::size_t max_bytes, std::uint64_t digest) {
    if (!walk_) walk_ = std::make_unique<Walk>(database_.path());
    Scrubbed scrubbed;
    try {
        while (walk_->table < tables_.size() && scrubbed.bytes < max_bytes)
            scrubbed.bytes += read_piece();
    } catch (...) {
        walk_.reset();
        throw;
    }
    scrubbed.whole = walk_->table == tables_.size();
    if (!scrubbed.whole) return scrubbed;
    const bool right = std::exchange(walk_, nullptr)->sum == digest;
    if (!right)
        throw Damaged(database_.path() +
                      ": damaged: the rows that it gives back do not add up to the digest stored with them");
    return scrubbed;
}

std::size_t StateScrub::read_piece() {
    const base::Table& table = tables_[walk_->table];
    const bool begins = !walk_->last;
    sqlite::Statement select(walk_->database, "scrub " + std::string(table.name),
                             begins ? select_first_sql(table) : select_after_sql(table));
    if (!begins) bind_value(select, 0, *walk_->last);
    select.bind(begins ? 0 : 1, static_cast<std::int64_t>(rows_at_once));
    std::size_t bytes = 0;
    std::size_t rows = 0;
    std::optional<base::Value> last;
    select.each([&](const sqlite::Statement& stored) {
        const auto row = row_of(stored, table);
        walk_->sum += base::row_hash(walk_->table, row);
        bytes += bytes_of(row);
        last = row.front();
        ++rows;
    });
    if (rows == rows_at_once) {
        walk_->last = std::move(last);
    } else {
        ++walk_->table;
        walk_->last.reset();
    }
    return bytes;
}

void StateScrub::before(const base::RowChanges::Change& change) {
    if (!walk_ || !passed(change)) return;
    auto& select = row_of_key_[change.table()];
    const auto key = change.key();
    bind_value(select, 0, key);
    select.each([&](const sqlite::Statement& stored) {
        walk_->sum -= base::row_hash(change.table(), row_of(stored, tables_[change.table()]));
    });
    if (change.kind() == base::RowChanges::Kind::put)
        walk_->sum += base::row_hash(change.table(), change.row());
}

bool StateScrub::passed(const base::RowChanges::Change& change) const {
    if (change.table() != walk_->table) return change.table() < walk_->table;
    return walk_->last && change.key() <= *walk_->last;
}

} // namespace bookstore::storage
