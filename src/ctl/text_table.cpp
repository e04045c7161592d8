#include <bookstore/ctl/text_table.hpp>

#include <algorithm>

#include <bookstore/base/error.hpp>

namespace bookstore::ctl {
namespace {

constexpr std::string_view gap = "  ";

std::string padded(const std::string& cell, std::size_t width, Align align) {
    const std::string space(width - std::min(width, display_width(cell)), ' ');
    return align == Align::right ? space + cell : cell + space;
}

void trim_right(std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);
}

} // namespace

std::string Style::in(std::string_view code, std::string_view text) const {
    if (!colours_) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

TextTable::TextTable(std::vector<TextColumn> columns) : columns_(std::move(columns)) {}

void TextTable::add(std::vector<std::string> cells) {
    INVARIANT(cells.size() == columns_.size());
    rows_.push_back(std::move(cells));
}

void TextTable::rule() {
    rows_.emplace_back();
}

std::string TextTable::text(const Style& style) const {
    std::vector<std::size_t> widths;
    for (const TextColumn& column : columns_)
        widths.push_back(display_width(column.title));
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));

    std::string out;
    const auto line = [&](const auto& cell_at) {
        std::string text;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) text += gap;
            text += cell_at(i);
        }
        trim_right(text);
        out += text + "\n";
    };
    line([&](std::size_t i) { return style.bold(padded(columns_[i].title, widths[i], columns_[i].align)); });
    for (const auto& row : rows_) {
        if (row.empty())
            line([&](std::size_t i) { return style.dim(std::string(widths[i], '-')); });
        else
            line([&](std::size_t i) { return padded(row[i], widths[i], columns_[i].align); });
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') { // a colour of Style's: up to its 'm'
            i = std::min(text.find('m', i), text.size());
            continue;
        }
        const bool continuation = (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
        if (!continuation) ++width;
    }
    return width;
}

std::string printable(std::string_view text) {
    std::string safe(text);
    for (std::size_t i = 0; i < safe.size(); ++i) {
        const auto byte = static_cast<unsigned char>(safe[i]);
        const bool c1 = byte == 0xc2 && i + 1 < safe.size() && static_cast<unsigned char>(safe[i + 1]) < 0xa0;
        if (c1) safe.erase(i + 1, 1); // U+0080 to U+009F: one "?" for the two bytes
        if (byte < 0x20 || byte == 0x7f || c1) safe[i] = '?';
    }
    return safe;
}

std::string printable_lines(std::string_view text) {
    std::string safe;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t end = std::min(text.find('\n', from), text.size());
        safe += printable(text.substr(from, end - from));
        if (end < text.size()) safe += '\n';
        from = end + 1;
    }
    return safe;
}

std::string amount(std::int64_t smallest_units) {
    const bool negative = smallest_units < 0;
    const auto magnitude = negative ? 0 - static_cast<std::uint64_t>(smallest_units)
                                    : static_cast<std::uint64_t>(smallest_units);
    std::string whole = std::to_string(magnitude / 100);
    for (std::size_t i = whole.size(); i > 3; i -= 3)
        whole.insert(i - 3, ",");
    const std::string cents = std::to_string(magnitude % 100);
    return (negative ? "-" : "") + whole + (cents.size() == 1 ? ".0" : ".") + cents;
}

} // namespace bookstore::ctl
