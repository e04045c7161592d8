#pragma once
/// \file
/// Changed rows by the thousand: in three pieces of memory, and not in several for each row.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <bookstore/base/table.hpp>

namespace bookstore::base {

/// A list of rows put (inserted, or replacing the row with the same first column) or erased (then the row is
/// its key alone).
class RowChanges {
public:
    enum class Kind : std::uint8_t { put, erase };
    using ValueView = std::variant<std::int64_t, std::string_view>;
    class Change;

    /// Makes room for so many of a usual size.
    void reserve(std::size_t rows);
    /// Integers and texts. `table`: index into the state machine's tables(), of all of them.
    template <typename... Values>
    void put(std::uint8_t table, const Values&... values) {
        begin(Kind::put, table);
        (add(values), ...);
    }
    void put(std::uint8_t table, const Row& row);
    void erase(std::uint8_t table, const Value& key) {
        begin(Kind::erase, table);
        add_copy(key);
    }
    /// By table and key: the order that a store's trees like best.
    void sort();

    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    Change operator[](std::size_t at) const;

private:
    struct Cell {
        std::int64_t number = 0; ///< of a text: where it begins in texts_
        std::uint32_t text_bytes = 0;
        bool is_text = false;
    };
    struct Entry {
        std::int64_t number_key = 0; ///< 0 for a text
        std::uint32_t first = 0;     ///< of its cells
        std::uint16_t cells = 0;
        std::uint8_t table = 0;
        Kind kind = Kind::put;
    };

    void begin(Kind kind, std::uint8_t table);
    void add(std::int64_t value);
    void add(std::string_view value);
    void add_copy(const Value& value);
    ValueView view(const Cell& cell) const;
    bool less(const Entry& a, const Entry& b) const;

    std::vector<Entry> entries_;
    std::vector<Cell> cells_;
    std::string texts_;
};

/// One of them, as long as the list is there and nothing is added to it.
class RowChanges::Change {
public:
    Kind kind() const { return entry_.kind; }
    std::uint8_t table() const { return entry_.table; }
    std::size_t size() const { return entry_.cells; }
    ValueView operator[](std::size_t column) const { return of_.view(of_.cells_[entry_.first + column]); }

    /// Copies.
    Value key() const;
    Row row() const;

private:
    friend class RowChanges;
    Change(const RowChanges& of, const Entry& entry) : of_(of), entry_(entry) {}

    const RowChanges& of_;
    const Entry& entry_;
};

inline RowChanges::Change RowChanges::operator[](std::size_t at) const {
    return {*this, entries_[at]};
}

} // namespace bookstore::base
