#include "storage/stored_position.hpp"

#include <array>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>
#include <bookstore/storage/damaged.hpp>

#include "storage/table_sql.hpp"

namespace bookstore::storage {
namespace {

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

} // namespace

std::string create_position_sql() {
    return create_table_sql(position_table) + "INSERT INTO applied_position VALUES(1, 0, 0, 0, " +
           std::to_string(checksum({}, 0)) + ");";
}

void check_position_columns(sqlite::Database& database) {
    check_columns(database, position_table);
}

StoredPosition read_position(sqlite::Database& database) {
    StoredPosition stored;
    bool right = false;
    sqlite::Statement select(database, "read the position",
                             "SELECT applied_index, applied_term, digest, checksum FROM applied_position");
    select.each([&](const sqlite::Statement& row) {
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
    sqlite::Statement save(
        database, "save the position",
        "UPDATE applied_position SET applied_index = ?, applied_term = ?, digest = ?, checksum = ?");
    save.bind(0, static_cast<std::int64_t>(position.index));
    save.bind(1, static_cast<std::int64_t>(position.term));
    save.bind(2, static_cast<std::int64_t>(digest)).bind(3, checksum(position, digest)).run();
}

} // namespace bookstore::storage
