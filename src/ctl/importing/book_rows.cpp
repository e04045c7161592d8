#include "ctl/importing/book_rows.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

#include <boost/json/parse.hpp>

namespace bookstore::ctl::importing {
namespace {

constexpr std::array<std::string_view, 5> members{"id", "title", "topic", "cost", "stock"};
constexpr std::size_t line_bytes_max = CsvReader::record_bytes_max;

bool is_text(std::string_view member) {
    return member == "title" || member == "topic";
}

std::optional<std::int64_t> integer_in(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace

BookRows::BookRows(const std::filesystem::path& file, Format format, std::optional<std::int64_t> first_id)
    : in_(file, std::ios::binary), format_(format), first_id_(first_id) {
    if (!in_) throw std::system_error(errno, std::generic_category(), file.string());
    std::error_code ignored; // of a pipe there is no size, and no progress in percent
    const auto size = std::filesystem::file_size(file, ignored);
    if (!ignored) bytes_ = size;
    if (format_ == Format::csv) read_columns();
}

void BookRows::read_columns() {
    const auto names = csv_.next();
    if (!names) return;
    columns_ = *names;
    for (const std::string& name : columns_) {
        line_ = csv_.line();
        if (std::ranges::find(members, name) == members.end())
            refuse("names a column '" + name + "'; allowed are id, title, topic, cost, stock");
        if (std::ranges::count(columns_, name) > 1) refuse("names the column '" + name + "' twice");
    }
}

std::optional<BookRow> BookRows::next() {
    auto book = next_object();
    if (!book) return std::nullopt;
    BookRow row{.number = ++rows_, .line = line_, .book = std::move(*book)};
    const bool has_id = row.book.contains("id");
    if (has_id == first_id_.has_value())
        refuse(has_id ? "has an id of its own: leave --first-id out"
                      : "has no id: say with --first-id which one the first book gets");
    if (!has_id) row.book["id"] = *first_id_ + static_cast<std::int64_t>(rows_ - 1);
    const auto* id = row.book.at("id").if_int64();
    if (id == nullptr || *id <= 0) refuse("has an id that is not a positive integer");
    row.id = *id;
    return row;
}

std::optional<boost::json::object> BookRows::next_object() {
    return format_ == Format::csv ? next_record() : next_line();
}

std::optional<boost::json::object> BookRows::next_line() {
    for (std::string text; std::getline(in_, text);) {
        ++line_;
        if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
        if (text.size() > line_bytes_max)
            refuse("is longer than " + std::to_string(line_bytes_max) + " bytes");
        boost::system::error_code failure;
        auto value = boost::json::parse(text, failure);
        if (failure || !value.is_object()) refuse("is not a JSON object");
        return std::move(value.get_object());
    }
    return std::nullopt;
}

std::optional<boost::json::object> BookRows::next_record() {
    const auto fields = csv_.next();
    if (!fields) return std::nullopt;
    line_ = csv_.line();
    if (fields->size() != columns_.size())
        refuse("has " + std::to_string(fields->size()) + " fields; the first line names " +
               std::to_string(columns_.size()));
    boost::json::object book;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (is_text(columns_[i])) {
            book[columns_[i]] = (*fields)[i];
            continue;
        }
        const auto number = integer_in((*fields)[i]);
        if (!number) refuse("has '" + (*fields)[i] + "' as " + columns_[i] + ": allowed is a whole number");
        book[columns_[i]] = *number;
    }
    return book;
}

double BookRows::share_read() {
    const auto at = in_.eof() ? static_cast<std::streamoff>(bytes_) : std::streamoff(in_.tellg());
    return bytes_ == 0 ? 0 : std::min(1.0, static_cast<double>(at) / static_cast<double>(bytes_));
}

void BookRows::refuse(const std::string& why) const {
    throw BadRecord("line " + std::to_string(line_) + " " + why);
}

} // namespace bookstore::ctl::importing
