#pragma once
/// \file
/// A whole state as bytes, as it travels from one replica to another: a magic and format version, the tables
/// with their columns, the position, every row, and the hash of all that.
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::storage {

/// Rows are added table by table, in the tables' order.
class SnapshotWriter {
public:
    SnapshotWriter(std::span<const base::Table> tables, StateStore::Position position);

    void add(std::uint8_t table, const base::Row& row);
    std::string finish();

private:
    base::ByteWriter out_;
};

/// Checks the hash, the format and that `tables` are those it was made of; then calls `visit` with each row
/// and returns the position. Throws std::runtime_error that says what is wrong.
StateStore::Position
read_snapshot(std::string_view snapshot, std::span<const base::Table> tables,
              const std::function<void(std::uint8_t table, const base::Row& row)>& visit);

} // namespace bookstore::storage
