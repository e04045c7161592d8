#pragma once
/// \file
/// Books from a file into a shop, several at a time.
#include <cstdint>
#include <set>
#include <string>

#include "ctl/command.hpp"
#include "ctl/importing/book_rows.hpp"

namespace bookstore::ctl::importing {

struct Tally {
    std::uint64_t added = 0;
    std::uint64_t there_already = 0; ///< with the same id, title and topic: of an earlier import
};

/// Loop thread only. Every reference outlives it.
class Importer {
public:
    /// The first `skip` rows are passed over.
    Importer(BookRows& rows, std::uint64_t skip);

    /// Takes row after row until none is left, it is told to stop, or one has failed. Any number of these at
    /// a time. Throws CommandFailed and BadRecord, which name the line.
    boost::asio::awaitable<void> work(ShopClient shop);

    void stop() { stopped_ = true; }
    const Tally& tally() const { return tally_; }
    /// Of the file's rows, so many from its beginning are certainly in the shop.
    std::uint64_t done() const { return under_way_.empty() ? taken_ : *under_way_.begin() - 1; }

private:
    std::optional<BookRow> take();
    boost::asio::awaitable<void> add(ShopClient& shop, BookRow row);
    boost::asio::awaitable<bool> is_there(ShopClient& shop, const BookRow& row);

    BookRows& rows_;
    std::uint64_t skip_;
    Tally tally_;
    std::set<std::uint64_t> under_way_; ///< numbers of rows, also of those that have failed
    std::uint64_t taken_ = 0;
    bool stopped_ = false;
};

} // namespace bookstore::ctl::importing
