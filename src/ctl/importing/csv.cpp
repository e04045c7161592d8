#include "ctl/importing/csv.hpp"

namespace bookstore::ctl::importing {
namespace {

enum class Within { nothing, plain, quotes, after_quote };

} // namespace

std::optional<std::vector<std::string>> CsvReader::next() {
    std::vector<std::string> fields;
    std::string field;
    Within within = Within::nothing;
    const auto end_field = [&] {
        fields.push_back(std::move(field));
        field.clear();
        within = Within::nothing;
    };
    began_ = line_;
    std::size_t bytes = 0;
    for (char c = 0; in_.get(c);) {
        if (++bytes > record_bytes_max)
            refuse("is longer than " + std::to_string(record_bytes_max) + " bytes");
        if (c == '\n') ++line_;
        if (within == Within::quotes) {
            if (c == '"')
                within = Within::after_quote;
            else
                field += c;
        } else if (c == '"') {
            if (within == Within::plain) refuse("has a quote in the middle of a field");
            if (within == Within::after_quote) field += c; // a doubled one
            within = Within::quotes;
        } else if (c == ',') {
            end_field();
        } else if (c == '\n') {
            const bool empty_line = fields.empty() && within == Within::nothing;
            if (!empty_line) {
                end_field();
                return fields;
            }
            began_ = line_;
        } else if (c != '\r' || in_.peek() != '\n') {
            if (within == Within::after_quote) refuse("goes on behind a closing quote");
            within = Within::plain;
            field += c;
        }
    }
    if (within == Within::quotes) refuse("has a quote that is not closed");
    if (fields.empty() && within == Within::nothing) return std::nullopt;
    end_field();
    return fields;
}

void CsvReader::refuse(const std::string& why) const {
    throw BadRecord("line " + std::to_string(began_) + " " + why);
}

} // namespace bookstore::ctl::importing
