#include <bookstore/shop/book.hpp>

#include <algorithm>

#include <bookstore/base/limits.hpp>

namespace bookstore::shop {
namespace {

/// Takes one UTF-8 character off the front of `text`. Nothing for what is not one: a stray or missing
/// continuation, an encoding longer than need be, a surrogate, a value beyond Unicode.
std::optional<char32_t> take_character(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80             ? 1
                               : (lead & 0xe0) == 0xc0 ? 2
                               : (lead & 0xf0) == 0xe0 ? 3
                               : (lead & 0xf8) == 0xf0 ? 4
                                                       : 0;
    if (length == 0 || length > text.size()) return std::nullopt;

    char32_t character = length == 1 ? lead : lead & (0x7fu >> length);
    for (const char c : text.substr(1, length - 1)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) return std::nullopt;
        character = character << 6 | (byte & 0x3f);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    if (character < least[length] || character > 0x10ffff || surrogate) return std::nullopt;
    text.remove_prefix(length);
    return character;
}

std::optional<std::string> problem_with_text(const char* name, std::string_view text, std::size_t bytes_max) {
    if (text.empty()) return std::string(name) + " must not be empty";
    if (text.size() > bytes_max)
        return std::string(name) + " must not be longer than " + std::to_string(bytes_max) + " bytes";
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (std::all_of(text.begin(), text.end(), is_plain)) return std::nullopt;
    while (!text.empty()) {
        const auto character = take_character(text);
        if (!character) return std::string(name) + " must be valid UTF-8";
        if (*character < 0x20 || (*character >= 0x7f && *character < 0xa0))
            return std::string(name) + " must not contain control characters";
    }
    return std::nullopt;
}

std::optional<std::string> problem_with_amount(const char* name, std::int64_t amount) {
    if (amount >= 0 && amount <= amount_max) return std::nullopt;
    return std::string(name) + " must be from 0 to " + std::to_string(amount_max);
}

} // namespace

std::optional<std::string> problem_with_title(std::string_view title) {
    return problem_with_text("title", title, base::limits::title_bytes_max);
}

std::optional<std::string> problem_with(const Book& book) {
    using namespace base::limits;
    if (auto problem = problem_with_title(book.title)) return problem;
    if (auto problem = problem_with_text("topic", book.topic, topic_bytes_max)) return problem;
    if (auto problem = problem_with_amount("cost", book.cost)) return problem;
    return problem_with_amount("stock", book.stock);
}

} // namespace bookstore::shop
