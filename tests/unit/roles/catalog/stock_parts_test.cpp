#include "roles/catalog/stock_parts.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <catch2/catch.hpp>

#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/default_catalog.hpp>

namespace bookstore::roles::catalog {
namespace {

class CatalogFile {
public:
    explicit CatalogFile(const std::string& content)
        : path_(std::filesystem::temp_directory_path() /
                ("catalog-file-test." + std::to_string(::getpid()))) {
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~CatalogFile() { std::filesystem::remove(path_); }
    CatalogFile(const CatalogFile&) = delete;
    CatalogFile& operator=(const CatalogFile&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

std::string book(const std::string& title, std::uint64_t id = 0) {
    return "{" + (id > 0 ? "\"id\": " + std::to_string(id) + ", " : std::string()) + "\"title\": \"" + title +
           "\", \"topic\": \"ds\", \"cost\": 100, \"stock\": 5}\n";
}

std::vector<std::uint64_t> ids_of(const shop::Stock& stock) {
    std::vector<std::uint64_t> ids;
    for (const shop::Book& book : stock.books)
        ids.push_back(shop::number(book.id));
    return ids;
}

void check_rejected(const std::string& content, const std::string& words) {
    const CatalogFile file(content);
    CHECK_THROWS_WITH(check_catalog_file(file.path()), Catch::Contains(words));
}

TEST_CASE("without a file the shop opens with the default catalogue", "[roles][stock_parts]") {
    StockParts parts{{}};
    const auto stock = parts.next();
    REQUIRE(stock);
    CHECK(stock->part == 0);
    CHECK(stock->last);
    CHECK(stock->books == shop::default_catalog());
    CHECK_FALSE(parts.next());
}

TEST_CASE("a book without an id gets the one after the highest before it", "[roles][stock_parts]") {
    const CatalogFile file(book("a") + "\n  \r\n" + book("b", 10) + book("c") + book("d", 3) + book("e"));
    StockParts parts(file.path());
    CHECK(ids_of(*parts.next()) == std::vector<std::uint64_t>{1, 10, 11, 3, 12});
}

TEST_CASE("the last line need not end", "[roles][stock_parts]") {
    const CatalogFile file(book("a") + R"({"title": "b", "topic": "t", "cost": 0, "stock": 0})");
    StockParts parts(file.path());
    CHECK(ids_of(*parts.next()) == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("a large catalogue comes in parts that fit a command and open the shop", "[roles][stock_parts]") {
    std::string content;
    for (int i = 0; i < 5'000; ++i)
        content += book("A title of a usual length, number " + std::to_string(i));
    const CatalogFile file(content);
    StockParts parts(file.path());
    shop::CatalogState state;
    std::uint64_t count = 0;
    for (auto stock = parts.next(); stock; stock = parts.next()) {
        CHECK(stock->part == count++);
        CHECK_FALSE(state.open());
        const std::string command = encode(shop::CatalogCommand{std::move(*stock)});
        CHECK(command.size() <= 256u << 10);
        state.apply(command, count);
    }
    CHECK(count > 1);
    CHECK(state.open());
    CHECK(state.size() == 5'000);
}

TEST_CASE("what is wrong with a catalogue file is named with its line", "[roles][stock_parts]") {
    check_rejected(book("a") + "\n" + "{\"title\": 1}\n", ":3: ");
    check_rejected(book("a") + "no JSON\n", ":2: the body is not JSON");
    check_rejected(book("a", 2) + book("b", 1) + book("c", 2), ":3: the id 2 is used by a line before");
    check_rejected(book("a", 9'223'372'036'854'775'807u) + book("b"), ":2: there is no id left");
    check_rejected(std::string(100'000, 'x') + "\n", ":1: the line is too long");
    check_rejected("", "there is no book in it");
    check_rejected("\n\n", "there is no book in it");
}

TEST_CASE("a catalogue file that cannot be read is named", "[roles][stock_parts]") {
    CHECK_THROWS_WITH(check_catalog_file("/nowhere/books.jsonl"), Catch::Contains("/nowhere/books.jsonl"));
    CHECK_THROWS_WITH(check_catalog_file(std::filesystem::temp_directory_path()),
                      Catch::Contains("catalogue file"));
}

} // namespace
} // namespace bookstore::roles::catalog
