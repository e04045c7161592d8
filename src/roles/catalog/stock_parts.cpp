#include "roles/catalog/stock_parts.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <bookstore/roles/json.hpp>
#include <bookstore/shop/default_catalog.hpp>

namespace bookstore::roles::catalog {
namespace {

constexpr std::size_t part_bytes_max = 256u << 10;
constexpr std::size_t line_bytes_max = 64u << 10;

/// Not less than the book takes in a command.
std::size_t bytes_of(const shop::Book& book) {
    constexpr std::size_t numbers_and_lengths = 40;
    return book.title.size() + book.topic.size() + numbers_and_lengths;
}

} // namespace

StockParts::StockParts(const std::filesystem::path& file) : file_(file) {
    if (file_.empty()) {
        defaults_ = shop::default_catalog();
        std::reverse(defaults_.begin(), defaults_.end());
    } else {
        in_.open(file_);
        if (!in_) throw std::system_error(errno, std::generic_category(), "catalogue file " + file_.string());
    }
}

std::optional<shop::Stock> StockParts::next() {
    if (finished_) return std::nullopt;
    if (part_ == 0) {
        ahead_ = read_book();
        if (!ahead_)
            throw std::runtime_error("catalogue file " + file_.string() + ": there is no book in it");
    }
    shop::Stock stock;
    stock.part = part_++;
    for (std::size_t bytes = 0; ahead_ && bytes + bytes_of(*ahead_) <= part_bytes_max; ahead_ = read_book()) {
        bytes += bytes_of(*ahead_);
        stock.books.push_back(std::move(*ahead_));
    }
    stock.last = finished_ = !ahead_;
    return stock;
}

std::optional<shop::Book> StockParts::read_book() {
    if (!defaults_.empty()) {
        shop::Book book = std::move(defaults_.back());
        defaults_.pop_back();
        return book;
    }
    std::string text;
    while (in_.is_open() && std::getline(in_, text)) {
        ++line_;
        if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
        if (text.size() > line_bytes_max) reject("the line is too long");
        auto parsed = json::parse_book(text);
        if (!parsed.value) reject(parsed.problem);
        give_id(*parsed.value);
        return std::move(parsed.value);
    }
    if (in_.bad()) throw std::runtime_error("catalogue file " + file_.string() + ": cannot be read");
    return std::nullopt;
}

void StockParts::give_id(shop::Book& book) {
    if (book.id == shop::ItemId{0}) {
        if (highest_ == shop::item_number_max) reject("there is no id left for this book");
        book.id = shop::ItemId{highest_ + 1};
    }
    if (!ids_.insert(shop::number(book.id)).second)
        reject("the id " + std::to_string(shop::number(book.id)) + " is used by a line before");
    highest_ = std::max(highest_, shop::number(book.id));
}

void StockParts::reject(const std::string& problem) const {
    throw std::runtime_error("catalogue file " + file_.string() + ":" + std::to_string(line_) + ": " +
                             problem);
}

void check_catalog_file(const std::filesystem::path& file) {
    StockParts parts(file);
    while (parts.next())
        continue;
}

} // namespace bookstore::roles::catalog
