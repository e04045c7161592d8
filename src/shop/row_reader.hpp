#pragma once
/// \file
/// A stored row, value by value, with the type that its table says.
#include <cstddef>
#include <cstdint>
#include <string>

#include <bookstore/base/table.hpp>

namespace bookstore::shop {

/// Every failure is a std::runtime_error that names the table, the column and the row's key.
class RowReader {
public:
    /// Throws when the row has not as many values as the table has columns. Both must outlive the reader.
    RowReader(const base::Table& table, const base::Row& row);

    std::int64_t integer();
    /// An integer within [least, most].
    std::int64_t integer(std::int64_t least, std::int64_t most);
    const std::string& text();

    /// For what the reader cannot know: `what` is wrong with the value read last.
    [[noreturn]] void reject(const char* what) const;

private:
    const base::Table& table_;
    const base::Row& row_;
    std::size_t next_ = 0;
};

} // namespace bookstore::shop
