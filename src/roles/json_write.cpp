/// \file
/// The API's shapes, written by hand: a book takes a few hundred nanoseconds and no allocation of its own.
#include <bookstore/roles/json.hpp>

#include <algorithm>
#include <charconv>

#include <bookstore/base/time.hpp>

namespace bookstore::roles::json {
namespace {

void append_number(std::string& out, std::integral auto value) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_list(std::string& out, const std::vector<const shop::Book*>& books) {
    constexpr std::size_t book_bytes_usual = 128;
    out.reserve(out.size() + books.size() * book_bytes_usual);
    out += '[';
    for (std::size_t i = 0; i < books.size(); ++i) {
        if (i > 0) out += ',';
        append_book(out, *books[i]);
    }
    out += ']';
}

void append_line(std::string& out, const shop::SoldLine& line) {
    out += R"({"item":)";
    append_number(out, shop::number(line.item));
    out += R"(,"title":)";
    append_string(out, line.title);
    out += R"(,"quantity":)";
    append_number(out, line.quantity);
    out += R"(,"cost":)";
    append_number(out, line.cost);
    out += '}';
}

} // namespace

void append_string(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    const auto is_plain = [](char c) {
        return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
    };
    out += '"';
    for (;;) {
        const auto escaped = std::find_if_not(text.begin(), text.end(), is_plain);
        out.append(text.begin(), escaped);
        if (escaped == text.end()) break;
        if (const auto byte = static_cast<unsigned char>(*escaped); byte >= 0x20)
            out.append({'\\', *escaped});
        else
            out.append("\\u00").append({hex[byte >> 4], hex[byte & 0xf]});
        text.remove_prefix(static_cast<std::size_t>(escaped - text.begin()) + 1);
    }
    out += '"';
}

void append_book(std::string& out, const shop::Book& book) {
    out += R"({"id":)";
    append_number(out, shop::number(book.id));
    out += R"(,"title":)";
    append_string(out, book.title);
    out += R"(,"topic":)";
    append_string(out, book.topic);
    out += R"(,"cost":)";
    append_number(out, book.cost);
    out += R"(,"stock":)";
    append_number(out, book.stock);
    out += '}';
}

std::string book(const shop::Book& book) {
    std::string out;
    append_book(out, book);
    return out;
}

std::string books(const std::vector<const shop::Book*>& books) {
    std::string out = R"({"books":)";
    append_list(out, books);
    out += '}';
    return out;
}

std::string page(const std::vector<const shop::Book*>& books, std::optional<std::uint64_t> next) {
    std::string out = R"({"books":)";
    append_list(out, books);
    out += R"(,"next":)";
    if (next)
        append_number(out, *next);
    else
        out += "null";
    out += '}';
    return out;
}

std::string order(const shop::Order& order) {
    constexpr std::size_t frame_bytes_usual = 128, line_bytes_usual = 96;
    std::string out;
    out.reserve(frame_bytes_usual + order.key.size() + order.lines.size() * line_bytes_usual);
    out += R"({"order":)";
    append_number(out, shop::number(order.number));
    out += R"(,"key":)";
    append_string(out, order.key);
    out += R"(,"at":)";
    append_string(out, base::to_iso8601(order.at));
    out += R"(,"lines":[)";
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
        if (i > 0) out += ',';
        append_line(out, order.lines[i]);
    }
    out += R"(],"total":)";
    append_number(out, order.total);
    out += '}';
    return out;
}

std::string short_member(const std::vector<shop::Shortage>& shortages) {
    std::string out = R"("short":[)";
    for (std::size_t i = 0; i < shortages.size(); ++i) {
        if (i > 0) out += ',';
        out += R"({"item":)";
        append_number(out, shop::number(shortages[i].item));
        out += R"(,"stock":)";
        append_number(out, shortages[i].stock);
        out += '}';
    }
    out += ']';
    return out;
}

} // namespace bookstore::roles::json
