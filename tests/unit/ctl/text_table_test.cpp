#include <catch2/catch.hpp>

#include <bookstore/ctl/text_table.hpp>

namespace bookstore::ctl {
namespace {

const Style plain(false), coloured(true);

TEST_CASE("columns are as wide as their widest cell, and aligned", "[ctl][table]") {
    TextTable table({{"ID", Align::right}, {"TITLE", Align::left}, {"PRICE", Align::right}});
    table.add({"1", "Short", "1.00"});
    table.add({"1234", "A longer title", "10.00"});
    CHECK(table.text(plain) == "  ID  TITLE           PRICE\n"
                               "   1  Short            1.00\n"
                               "1234  A longer title  10.00\n");
}

TEST_CASE("no line ends in spaces", "[ctl][table]") {
    TextTable table({{"A", Align::left}, {"B", Align::left}});
    table.add({"1", ""});
    table.add({"1", "long"});
    CHECK(table.text(plain) == "A  B\n1\n1  long\n");
}

TEST_CASE("a rule spans the columns", "[ctl][table]") {
    TextTable table({{"AB", Align::left}, {"C", Align::right}});
    table.add({"1", "200"});
    table.rule();
    table.add({"", "200"});
    CHECK(table.text(plain) == "AB    C\n1   200\n--  ---\n    200\n");
}

TEST_CASE("colours take no room", "[ctl][table]") {
    TextTable table({{"STATE", Align::left}, {"N", Align::right}});
    table.add({coloured.green("up"), "1"});
    table.add({"resyncing", "2"});
    CHECK(table.text(plain) == "STATE      N\n\x1b[32mup\x1b[0m         1\nresyncing  2\n");
    CHECK(plain.green("up") == "up");
}

TEST_CASE("letters beyond ASCII take one column each", "[ctl][table]") {
    CHECK(display_width("Bücher") == 6);
    CHECK(display_width("") == 0);
    TextTable table({{"T", Align::left}, {"N", Align::left}});
    table.add({"Bücher", "1"});
    table.add({"Books!", "2"});
    CHECK(table.text(plain) == "T       N\nBücher  1\nBooks!  2\n");
}

TEST_CASE("a title cannot steer the terminal", "[ctl][table]") {
    CHECK(printable("a\x1b[2Jb\nc\x7f") == "a?[2Jb?c?");
    CHECK(printable("Bücher") == "Bücher");
    CHECK(printable("a\xc2\x9b"
                    "b") == "a?b"); // U+009B, the one-character form of ESC [
}

TEST_CASE("amounts have two decimals and are grouped", "[ctl][table]") {
    CHECK(amount(0) == "0.00");
    CHECK(amount(5) == "0.05");
    CHECK(amount(200) == "2.00");
    CHECK(amount(99'999) == "999.99");
    CHECK(amount(100'000) == "1,000.00");
    CHECK(amount(123'456'789'012) == "1,234,567,890.12");
    CHECK(amount(-150) == "-1.50");
    CHECK(amount(INT64_MIN) == "-92,233,720,368,547,758.08");
}

} // namespace
} // namespace bookstore::ctl
