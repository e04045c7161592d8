#include <catch2/catch.hpp>

#include <bookstore/base/limits.hpp>
#include <bookstore/shop/book.hpp>
#include <bookstore/shop/default_catalog.hpp>

namespace bookstore::shop {
namespace {

Book titled(std::string title) {
    return {ItemId{1}, std::move(title), "ds", 100, 5};
}

TEST_CASE("books that may be on the shelf", "[shop][book]") {
    CHECK(!problem_with(titled("RPCs for Dummies")));
    CHECK(!problem_with(titled("na\xc3\xafve \xe4\xb8\xad \xf0\x9f\x93\x9a"))); // 2, 3 and 4 bytes
    CHECK(!problem_with(titled(std::string(base::limits::title_bytes_max, 'x'))));
    CHECK(!problem_with(Book{ItemId{0}, "t", std::string(base::limits::topic_bytes_max, 'x'), 0, 0}));
    CHECK(!problem_with(Book{ItemId{0}, "t", "ds", amount_max, amount_max}));
}

TEST_CASE("what is wrong with a book is said in words", "[shop][book]") {
    CHECK(problem_with(titled("")) == "title must not be empty");
    CHECK(problem_with(titled(std::string(base::limits::title_bytes_max + 1, 'x'))) ==
          "title must not be longer than 500 bytes");
    CHECK(problem_with(Book{ItemId{1}, "t", "", 1, 1}) == "topic must not be empty");
    CHECK(problem_with(Book{ItemId{1}, "t", std::string(base::limits::topic_bytes_max + 1, 'x'), 1, 1}));
    CHECK(problem_with(Book{ItemId{1}, "t", "ds", -1, 1}) == "cost must be from 0 to 10000000000");
    CHECK(problem_with(Book{ItemId{1}, "t", "ds", amount_max + 1, 1}));
    CHECK(problem_with(Book{ItemId{1}, "t", "ds", 1, -1}) == "stock must be from 0 to 10000000000");
    CHECK(problem_with(Book{ItemId{1}, "t", "ds", 1, amount_max + 1}));
}

TEST_CASE("a title has no control characters", "[shop][book]") {
    const std::string problem = "title must not contain control characters";
    CHECK(problem_with(titled("two\nlines")) == problem);
    CHECK(problem_with(titled(std::string("nul\0", 4))) == problem);
    CHECK(problem_with(titled("del\x7f")) == problem);
    CHECK(problem_with(titled("next line\xc2\x85")) == problem); // U+0085
    CHECK(!problem_with(titled("no-break\xc2\xa0space")));
}

TEST_CASE("a title is valid UTF-8", "[shop][book]") {
    const std::string wrong = GENERATE(as<std::string>{}, "\x80",       // a continuation alone
                                       "\xc3",                          // nothing after the lead
                                       "\xc3(",                         // no continuation after the lead
                                       "\xc0\xaf",                      // '/' in two bytes
                                       "\xe0\x80\xaf",                  // '/' in three
                                       "\xf0\x80\x80\xaf",              // '/' in four
                                       "\xed\xa0\x80",                  // a surrogate
                                       "\xf4\x90\x80\x80",              // beyond U+10FFFF
                                       "\xf8\x88\x80\x80\x80", "\xff"); // no lead byte at all
    CHECK(problem_with(titled("a" + wrong)) == "title must be valid UTF-8");
    CHECK(problem_with(titled(wrong + "a")) == "title must be valid UTF-8");
}

TEST_CASE("the default catalogue is the original's", "[shop][book]") {
    const std::vector<Book> books = default_catalog();
    REQUIRE(books.size() == 7);
    for (std::size_t i = 0; i < books.size(); ++i) {
        CHECK(number(books[i].id) == i + 1);
        CHECK(books[i].stock == 5);
        CHECK(!problem_with(books[i]));
    }
    CHECK(books[1] == Book{ItemId{2}, "RPCs for Dummies", "ds", 200, 5});
    CHECK(books[6] == Book{ItemId{7}, "Spring in the Pioneer Valley", "gs", 400, 5});
}

} // namespace
} // namespace bookstore::shop
