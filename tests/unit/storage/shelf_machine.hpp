#pragma once
/// \file
/// The smallest state machine with both kinds of table: integer keys and text keys.
#include <array>
#include <string>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::storage::test {

inline constexpr std::array book_columns{base::Column{"id", base::ColumnType::integer},
                                         base::Column{"title", base::ColumnType::text},
                                         base::Column{"stock", base::ColumnType::integer}};
inline constexpr std::array sale_columns{base::Column{"key", base::ColumnType::text},
                                         base::Column{"order", base::ColumnType::integer}}; // an SQL keyword
inline constexpr std::array shelf_tables{base::Table{"book", book_columns},
                                         base::Table{"sale", sale_columns}};

/// One change by itself. An erased row is its key alone.
struct RowChange {
    using Kind = base::RowChanges::Kind;
    Kind kind = Kind::put;
    std::uint8_t table = 0;
    base::Row row;
};

inline base::RowChanges listed(const std::vector<RowChange>& changes) {
    base::RowChanges list;
    for (const RowChange& change : changes) {
        if (change.kind == RowChange::Kind::put)
            list.put(change.table, change.row);
        else
            list.erase(change.table, change.row.front());
    }
    return list;
}

/// Holds rows, as the store gives them.
class ShelfMachine final : public base::StateMachine {
public:
    std::string apply(std::string_view, std::uint64_t) override { return {}; }
    base::RowChanges take_changes() override { return {}; }
    std::size_t changed_rows() const override { return 0; }
    std::shared_ptr<void> clear() override {
        rows_ = {};
        return nullptr;
    }
    void load(std::uint8_t table, const base::Row& row) override { rows_.at(table).push_back(row); }
    std::span<const base::Table> tables() const override { return shelf_tables; }
    std::uint64_t digest() const override { return recompute_digest(); }
    std::uint64_t recompute_digest() const override {
        std::uint64_t sum = 0;
        for (std::uint8_t table = 0; table < rows_.size(); ++table) {
            for (const auto& row : rows_.at(table))
                sum += base::row_hash(table, row);
        }
        return sum;
    }

    void change(const RowChange& change) {
        auto& rows = rows_.at(change.table);
        std::erase_if(rows, [&](const base::Row& row) { return row.front() == change.row.front(); });
        if (change.kind == RowChange::Kind::put) rows.push_back(change.row);
    }

    const std::vector<base::Row>& books() const { return rows_[0]; }
    const std::vector<base::Row>& sales() const { return rows_[1]; }

private:
    std::array<std::vector<base::Row>, 2> rows_;
};

inline base::Row book(std::int64_t id, std::string title, std::int64_t stock) {
    return {id, std::move(title), stock};
}
inline base::Row sale(std::string key, std::int64_t order) {
    return {std::move(key), order};
}

inline RowChange put_book(std::int64_t id, std::string title, std::int64_t stock) {
    return {RowChange::Kind::put, 0, book(id, std::move(title), stock)};
}
inline RowChange put_sale(std::string key, std::int64_t order) {
    return {RowChange::Kind::put, 1, sale(std::move(key), order)};
}
inline RowChange erase_book(std::int64_t id) {
    return {RowChange::Kind::erase, 0, {id}};
}
inline RowChange erase_sale(std::string key) {
    return {RowChange::Kind::erase, 1, {std::move(key)}};
}

/// As a replica does, with the digest that the rows have then.
inline void apply(StateStore& store, const std::vector<RowChange>& changes, StateStore::Position position) {
    ShelfMachine machine;
    store.load(machine);
    for (const auto& change : changes)
        machine.change(change);
    store.apply(listed(changes), position, machine.digest());
}

} // namespace bookstore::storage::test
