#pragma once
/// \file
/// Aligned columns for people. UTF-8 in, UTF-8 out; what could steer a terminal is replaced.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bookstore::ctl {

enum class Align { left, right };

struct TextColumn {
    std::string title;
    Align align = Align::left;
};

/// ANSI colours, or nothing at all where they are not wanted.
class Style {
public:
    explicit Style(bool colours) : colours_(colours) {}
    bool colours() const { return colours_; }

    std::string bold(std::string_view text) const { return in("1", text); }
    std::string dim(std::string_view text) const { return in("2", text); }
    std::string red(std::string_view text) const { return in("31", text); }
    std::string green(std::string_view text) const { return in("32", text); }
    std::string yellow(std::string_view text) const { return in("33", text); }
    std::string cyan(std::string_view text) const { return in("36", text); }

private:
    std::string in(std::string_view code, std::string_view text) const;
    bool colours_;
};

class TextTable {
public:
    explicit TextTable(std::vector<TextColumn> columns);

    /// As many cells as there are columns. Cells may carry colours (Style); they count for nothing in width.
    void add(std::vector<std::string> cells);
    /// A rule across the table, e.g. above a total.
    void rule();
    /// A line per row, each ending in a newline; no trailing spaces.
    std::string text(const Style& style) const;

private:
    std::vector<TextColumn> columns_;
    std::vector<std::vector<std::string>> rows_; ///< an empty one is a rule
};

/// How many columns `text` takes on a terminal: code points, colour sequences not counted.
std::size_t display_width(std::string_view text);
/// Control characters, which a title from elsewhere might hold, become "?".
std::string printable(std::string_view text);
/// The same, but lines stay lines.
std::string printable_lines(std::string_view text);
/// 1234567 -> "12,345.67"
std::string amount(std::int64_t smallest_units);

} // namespace bookstore::ctl
