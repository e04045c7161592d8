#include <catch2/catch.hpp>

#include <bookstore/history/timeline.hpp>

#include "unit/history/stories.hpp"

namespace bookstore::history {
namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

TEST_CASE("a stale read is drawn: lanes, bars, values, and the one that does not fit",
          "[history][timeline]") {
    History history{shelf(1, 5), bought(during(10, 20), "a", 1), saw(during(30, 40), 5),
                    perhaps_bought(5, "b")};
    history[2].client = 2;
    history[3].client = 3;
    const std::string svg = timeline(history, check(history));
    CHECK(has(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK_FALSE(has(svg, "<script"));
    CHECK(count(svg, "class=\"misfit\"") == 1);
    CHECK(has(svg, ">read: stock 5 at 100<"));
    CHECK(has(svg, ">buy 1 at 100: order 1<"));
    CHECK(has(svg, "unreturned"));
    for (const char* lane : {">client 1<", ">client 2<", ">client 3<"})
        CHECK(count(svg, lane) == 1);
    CHECK(count(svg, "<g>") == count(svg, "</g>"));
}

TEST_CASE("what clients have written cannot become markup", "[history][timeline]") {
    const History history{shelf(1, 5), bought(during(10, 20), "<script>\"&\x01", 1), saw(during(30, 40), 5)};
    const std::string svg = timeline(history, check(history));
    CHECK_FALSE(has(svg, "<script"));
    CHECK(has(svg, "&lt;script&gt;&quot;&amp;?"));
}

TEST_CASE("without a counter-example the verdict is written", "[history][timeline]") {
    const History good{shelf(1, 5), saw(during(10, 20), 5)};
    CHECK(has(timeline(good, check(good)), "Every answer is explained."));
    const History twice{shelf(1, 5), bought(during(10, 20), "a", 7), bought(during(30, 40), "b", 7)};
    const std::string svg = timeline(twice, check(twice));
    CHECK(has(svg, "7"));
    CHECK_FALSE(has(svg, "class=\"misfit\""));
}

} // namespace
} // namespace bookstore::history
