#include "shop/sale_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace bookstore::shop {
namespace {

void append(std::string& text, auto integer) {
    constexpr std::size_t digits_max = 20;
    char digits[digits_max];
    const auto end = std::to_chars(digits, digits + digits_max, integer).ptr;
    text.append(digits, end);
}

void append_asked(std::string& text, ItemId item, std::int64_t quantity) {
    append(text, number(item));
    text += " x ";
    append(text, quantity);
}

/// Takes what it is asked for off the front; once something is missing, everything is.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    template <typename Integer>
    Integer integer() {
        Integer value{};
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (error != std::errc{})
            failed_ = true;
        else
            text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return value;
    }
    void expect(std::string_view word) { failed_ = !skip(word) || failed_; }
    bool skip(std::string_view word) {
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    Line line() {
        Line line;
        line.item = ItemId{integer<std::uint64_t>()};
        expect(" x ");
        line.quantity = integer<std::int64_t>();
        return line;
    }
    std::string rest() { return std::string(std::exchange(text_, {})); }
    bool complete() const { return !failed_ && text_.empty(); }

private:
    std::string_view text_;
    bool failed_ = false;
};

SoldLine scan_sold(Scanner& in) {
    SoldLine sold;
    const Line line = in.line();
    sold.item = line.item;
    sold.quantity = line.quantity;
    in.expect(" @ ");
    sold.cost = in.integer<std::int64_t>();
    in.expect(" ");
    sold.title = in.rest();
    return sold;
}

RefusedLine scan_refused(Scanner& in) {
    RefusedLine refused{in.line()};
    if (in.skip(", unknown")) {
        refused.unknown = true;
    } else if (in.skip(", ")) {
        refused.left = in.integer<std::int64_t>();
        in.expect(" left");
    }
    return refused;
}

template <typename T>
std::optional<std::vector<T>> parse_lines(std::string_view text, T (*scan)(Scanner&)) {
    std::vector<T> lines;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        Scanner in(text.substr(start, end - start));
        lines.push_back(scan(in));
        if (!in.complete()) return std::nullopt;
        start = end + 1;
    }
    // Integers have more than one spelling; a row that was not written by to_text() would not hash as it
    // reads.
    if (to_text(lines) != text) return std::nullopt;
    return lines;
}

} // namespace

std::string to_text(const std::vector<SoldLine>& lines) {
    constexpr std::size_t numbers_bytes = 32; ///< of a line, usually
    std::string text;
    std::size_t bytes = 0;
    for (const SoldLine& line : lines)
        bytes += line.title.size() + numbers_bytes;
    text.reserve(bytes);
    for (const SoldLine& line : lines) {
        if (!text.empty()) text += '\n';
        append_asked(text, line.item, line.quantity);
        text += " @ ";
        append(text, line.cost);
        text += ' ';
        text += line.title;
    }
    return text;
}

std::string to_text(const std::vector<RefusedLine>& lines) {
    std::string text;
    for (const RefusedLine& refused : lines) {
        if (!text.empty()) text += '\n';
        append_asked(text, refused.line.item, refused.line.quantity);
        if (refused.unknown) text += ", unknown";
        if (!refused.left) continue;
        text += ", ";
        append(text, *refused.left);
        text += " left";
    }
    return text;
}

std::optional<std::vector<SoldLine>> parse_sold_lines(std::string_view text) {
    return parse_lines(text, scan_sold);
}

std::optional<std::vector<RefusedLine>> parse_refused_lines(std::string_view text) {
    return parse_lines(text, scan_refused);
}

} // namespace bookstore::shop
