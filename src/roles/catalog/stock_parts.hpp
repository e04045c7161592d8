#pragma once
/// \file
/// The first catalogue of a shop, in parts small enough for a command each.
#include <filesystem>
#include <fstream>
#include <optional>
#include <unordered_set>
#include <vector>

#include <bookstore/shop/book.hpp>
#include <bookstore/shop/catalog_command.hpp>

namespace bookstore::roles::catalog {

/// Reads a catalogue file (JSON Lines, a book a line; blank lines are skipped) or the default catalogue. The
/// same file always gives the same parts, so that one leader can go on where another stopped. A book without
/// an id gets the one after the highest before it.
class StockParts {
public:
    /// `file` empty: the default catalogue. Throws std::runtime_error when it cannot be opened.
    explicit StockParts(const std::filesystem::path& file);

    /// The next part; nothing after the last. Throws std::runtime_error "FILE:LINE: what is wrong" on a line
    /// that is no book, an id used before, and on a file without any book.
    std::optional<shop::Stock> next();
    /// Of the part that next() would give.
    std::uint64_t next_number() const { return part_; }

private:
    std::optional<shop::Book> read_book();
    void give_id(shop::Book& book);
    [[noreturn]] void reject(const std::string& problem) const;

    std::filesystem::path file_;
    std::ifstream in_;
    std::uint64_t line_ = 0;
    std::vector<shop::Book> defaults_; ///< of the default catalogue, still to give; last first
    std::optional<shop::Book> ahead_;  ///< read already: tells whether a part is the last
    std::unordered_set<std::uint64_t> ids_;
    std::uint64_t highest_ = 0;
    std::uint64_t part_ = 0;
    bool finished_ = false;
};

/// Reads the whole file and throws as StockParts does: for a complaint before anything is started.
void check_catalog_file(const std::filesystem::path& file);

} // namespace bookstore::roles::catalog
