#include "shop/row_reader.hpp"

#include <stdexcept>

namespace bookstore::shop {
namespace {

std::string in_words(const base::Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    return '"' + std::get<std::string>(value) + '"';
}

} // namespace

RowReader::RowReader(const base::Table& table, const base::Row& row) : table_(table), row_(row) {
    if (row.size() != table.columns.size())
        throw std::runtime_error("table " + std::string(table.name) + ": a row of " +
                                 std::to_string(row.size()) + " columns where " +
                                 std::to_string(table.columns.size()) + " are expected");
}

std::int64_t RowReader::integer() {
    const auto* value = std::get_if<std::int64_t>(&row_[next_++]);
    if (value == nullptr) reject("is no integer");
    return *value;
}

std::int64_t RowReader::integer(std::int64_t least, std::int64_t most) {
    const std::int64_t value = integer();
    if (value < least || value > most) reject("is out of range");
    return value;
}

const std::string& RowReader::text() {
    const auto* value = std::get_if<std::string>(&row_[next_++]);
    if (value == nullptr) reject("is no text");
    return *value;
}

void RowReader::reject(const char* what) const {
    const std::size_t column = next_ == 0 ? 0 : next_ - 1;
    throw std::runtime_error("table " + std::string(table_.name) + ", row " + in_words(row_.front()) + ": " +
                             std::string(table_.columns[column].name) + ' ' + what);
}

} // namespace bookstore::shop
