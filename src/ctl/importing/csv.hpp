#pragma once
/// \file
/// Comma-separated values as RFC 4180 has them, from a stream, a record at a time.
#include <istream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bookstore::ctl::importing {

/// What cannot be read, with the line it is in.
class BadRecord : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Fields may be quoted, and then hold commas, line ends and doubled quotes. Lines end in LF or CRLF. Empty
/// lines are no records.
class CsvReader {
public:
    static constexpr std::size_t record_bytes_max = 64u << 10;

    /// `in` outlives the reader.
    explicit CsvReader(std::istream& in) : in_(in) {}

    /// Nothing at the end. Throws BadRecord for a quote that is not closed or stands where none may be, and
    /// for a record that is too long.
    std::optional<std::vector<std::string>> next();

    /// Where the last record began, from 1.
    std::size_t line() const { return began_; }

private:
    [[noreturn]] void refuse(const std::string& why) const;

    std::istream& in_;
    std::size_t line_ = 1, began_ = 1;
};

} // namespace bookstore::ctl::importing
