#include <bookstore/base/row_changes.hpp>

#include <algorithm>
#include <limits>

#include <bookstore/base/error.hpp>

namespace bookstore::base {
namespace {

Value copy_of(const RowChanges::ValueView& view) {
    if (const auto* number = std::get_if<std::int64_t>(&view)) return *number;
    return std::string(std::get<std::string_view>(view));
}

} // namespace

void RowChanges::reserve(std::size_t rows) {
    constexpr std::size_t usual_cells = 7;
    constexpr std::size_t usual_text_bytes = 64;
    entries_.reserve(rows);
    cells_.reserve(rows * usual_cells);
    texts_.reserve(rows * usual_text_bytes);
}

void RowChanges::put(std::uint8_t table, const Row& row) {
    begin(Kind::put, table);
    for (const Value& value : row)
        add_copy(value);
}

void RowChanges::begin(Kind kind, std::uint8_t table) {
    INVARIANT(cells_.size() <= std::numeric_limits<std::uint32_t>::max());
    entries_.push_back({0, static_cast<std::uint32_t>(cells_.size()), 0, table, kind});
}

void RowChanges::add(std::int64_t value) {
    Entry& entry = entries_.back();
    if (entry.cells++ == 0) entry.number_key = value;
    cells_.push_back({value, 0, false});
}

void RowChanges::add(std::string_view value) {
    ++entries_.back().cells;
    cells_.push_back(
        {static_cast<std::int64_t>(texts_.size()), static_cast<std::uint32_t>(value.size()), true});
    texts_.append(value);
}

void RowChanges::add_copy(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        add(*number);
    else
        add(std::string_view(std::get<std::string>(value)));
}

RowChanges::ValueView RowChanges::view(const Cell& cell) const {
    if (!cell.is_text) return cell.number;
    return std::string_view(texts_).substr(static_cast<std::size_t>(cell.number), cell.text_bytes);
}

bool RowChanges::less(const Entry& a, const Entry& b) const {
    if (a.table != b.table) return a.table < b.table;
    if (a.number_key != b.number_key) return a.number_key < b.number_key;
    return view(cells_[a.first]) < view(cells_[b.first]);
}

void RowChanges::sort() {
    std::sort(entries_.begin(), entries_.end(),
              [this](const Entry& a, const Entry& b) { return less(a, b); });
}

Value RowChanges::Change::key() const {
    return copy_of((*this)[0]);
}

Row RowChanges::Change::row() const {
    Row row;
    row.reserve(size());
    for (std::size_t i = 0; i < size(); ++i)
        row.push_back(copy_of((*this)[i]));
    return row;
}

} // namespace bookstore::base
