#pragma once
/// \file
/// A file of books, one after the other, as what is to be sent for each.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "ctl/importing/csv.hpp"

namespace bookstore::ctl::importing {

struct BookRow {
    std::uint64_t number = 0; ///< of the row, from 1
    std::size_t line = 0;     ///< where it begins in the file, from 1
    std::int64_t id = 0;
    boost::json::object book; ///< with its id
};

enum class Format {
    json_lines, ///< an object a line
    csv,        ///< the first record names the columns
};

/// What a book may have: id, title, topic, cost, stock. Their values are the shop's to judge.
class BookRows {
public:
    /// `first_id`: the id of the first row, and so on upwards, in a file that has none. Throws BadRecord, and
    /// std::system_error when the file cannot be read.
    BookRows(const std::filesystem::path& file, Format format, std::optional<std::int64_t> first_id);

    /// Nothing at the end. Throws BadRecord.
    std::optional<BookRow> next();

    /// How much of the file has been read: 0 to 1.
    double share_read();

private:
    std::optional<boost::json::object> next_object();
    std::optional<boost::json::object> next_line();
    std::optional<boost::json::object> next_record();
    void read_columns();
    [[noreturn]] void refuse(const std::string& why) const;

    std::ifstream in_;
    Format format_;
    std::optional<std::int64_t> first_id_;
    CsvReader csv_{in_};
    std::vector<std::string> columns_; ///< of a CSV file
    std::uint64_t rows_ = 0;
    std::size_t line_ = 0;
    std::uint64_t bytes_ = 0; ///< of the file
};

} // namespace bookstore::ctl::importing
