#include <sstream>

#include <catch2/catch.hpp>

#include <bookstore/history/json_lines.hpp>

#include "unit/history/stories.hpp"

namespace bookstore::history {
namespace {

History parse(const std::string& text) {
    std::istringstream in(text);
    return read_history(in);
}

void refuse(const std::string& words, const std::string& text) {
    INFO(text);
    std::string told;
    try {
        parse(text);
    } catch (const ParseError& e) {
        told = e.what();
    }
    CHECK_THAT(told, Catch::Contains(words));
}

TEST_CASE("each kind of operation is read as the format says", "[history][json]") {
    const History history = parse(
        R"({"client":3,"call":10,"return":20,"op":"buy","key":"k-1","lines":[{"item":1,"quantity":2,"cost":100}],"outcome":"bought","order":17}
{"client":3,"call":10,"return":null,"op":"buy","key":"k-2","lines":[{"item":1,"quantity":1}],"outcome":"unknown"}

{"client":1,"call":1,"return":2,"op":"buy","key":"k-3","lines":[{"item":1,"quantity":1}],"outcome":"out_of_stock","short":[{"item":1,"stock":0}]}
{"call":1,"return":2,"op":"read","item":1,"stock":4,"cost":100,"version":33,"source":"cache"}
{"call":1,"return":2,"op":"read","item":9,"absent":true}
{"call":1,"return":2,"op":"update","item":1,"delta":5,"cost":120,"outcome":"done","stock":9}
{"call":1,"return":2,"op":"update","item":1,"delta":5,"outcome":"done","stock":9,"cost_after":7}
{"call":1,"return":2,"op":"add","item":8,"stock":5,"cost":100,"outcome":"done"}
{"call":1,"return":2,"op":"order","order":17,"found":true,"key":"k-1"}
)");
    REQUIRE(history.size() == 9);
    CHECK(history[0] == Operation{3, 10, 20, Buy{"k-1", {{1, 2, 100}}, Buy::Outcome::bought, 17, {}}});
    CHECK(history[1] == Operation{3, 10, {}, Buy{"k-2", {{1, 1, 0}}, Buy::Outcome::unknown, 0, {}}});
    CHECK(std::get<Buy>(history[2].what).shortages == std::vector<Shortage>{{1, 0}});
    CHECK(std::get<Read>(history[3].what) == Read{1, Shown{4, 100}, 33, "cache"});
    CHECK(std::get<Read>(history[4].what) == Read{9, std::nullopt, 0, ""});
    CHECK(std::get<Update>(history[5].what) == Update{1, 5, 120, Update::Outcome::done, Shown{9, 120}});
    CHECK(std::get<Update>(history[6].what) == Update{1, 5, {}, Update::Outcome::done, Shown{9, 7}});
    CHECK(std::get<Add>(history[7].what) == Add{8, {5, 100}, Add::Outcome::done});
    CHECK(std::get<ReadOrder>(history[8].what) == ReadOrder{17, true, "k-1"});
}

TEST_CASE("what is written is read back the same", "[history][json]") {
    const History history{
        shelf(1, 5),
        bought(during(1, 2), "a", 7, 3),
        perhaps_bought(2, "b"),
        sold_out(during(3, 4), "c", 2, 3),
        operation(during(1, 2), Buy{"d", {{1, 1, 0}, {2, 1, 0}}, Buy::Outcome::refused, 0, {}}),
        operation(during(1, 2), Buy{"e", {{9, 1, 0}}, Buy::Outcome::unknown_item, 0, {}}),
        operation(during(1, 2), Read{1, Shown{4, 100}, 33, "replica 2"}),
        saw_nothing(during(5, 6)),
        restocked(during(7, 8), 3, 8),
        operation(during(7, 8), Update{1, 2, 90, Update::Outcome::done, Shown{8, 90}}),
        operation(since(7), Update{1, {}, 90, Update::Outcome::unknown, {}}),
        operation(since(7), Add{0, {5, 100}, Add::Outcome::unknown}),
        operation(during(7, 8), ReadOrder{17, true, "a"}),
        operation(during(7, 8), ReadOrder{18, false, ""}),
    };
    std::ostringstream out;
    write(out, history);
    CHECK(parse(out.str()) == history);
}

TEST_CASE("orders are read as the shop answers them", "[history][json]") {
    std::istringstream in(
        R"({"order":17,"key":"k","at":"2026-01-31T12:00:00.000Z","lines":[{"item":1,"title":"T","quantity":2,"cost":100}],"total":200})");
    const OrderBook book = read_orders(in);
    CHECK(book == OrderBook{{17, "k", {{1, 2, 100}}}});
    std::ostringstream out;
    write(out, book.front());
    std::istringstream again(out.str());
    CHECK(read_orders(again) == book);
}

TEST_CASE("bad input is refused with its line", "[history][json]") {
    const std::string good = R"({"call":1,"return":2,"op":"read","item":9,"absent":true})";
    refuse("line 2: not JSON", good + "\n{\"call\":");
    refuse("line 3: a line must be an object", good + "\n\n[]");
    refuse(R"("op" is "fly"; allowed are buy, read, update, add, order)",
           R"({"call":1,"return":2,"op":"fly"})");
    refuse(R"("call" must be a whole number)", R"({"op":"read"})");
    refuse(R"("return" is before "call")", R"({"call":3,"return":2,"op":"read","item":9,"absent":true})");
    refuse("needs a \"return\"", R"({"call":3,"return":null,"op":"read","item":9,"absent":true})");
    refuse(
        R"("outcome" is "sold")",
        R"({"call":1,"return":2,"op":"buy","key":"k","lines":[{"item":1,"quantity":1}],"outcome":"sold"})");
    refuse(
        R"("cost" must be a whole number of at least 0)",
        R"({"call":1,"return":2,"op":"buy","key":"k","lines":[{"item":1,"quantity":1}],"outcome":"bought"})");
    refuse(
        R"("quantity" must be a whole number of at least 1)",
        R"({"call":1,"return":2,"op":"buy","key":"k","lines":[{"item":1,"quantity":0}],"outcome":"unknown"})");
    refuse("\"lines\" must not be empty",
           R"({"call":1,"return":2,"op":"buy","key":"k","lines":[],"outcome":"unknown"})");
    refuse("must be at most",
           R"({"call":1,"return":2,"op":"read","item":1,"stock":9000000000000000000,"cost":1})");
    refuse("\"item\" must be", R"({"call":1,"return":2,"op":"read","item":1.5,"stock":1,"cost":1})");
    refuse("needs \"delta\" or \"cost\"", R"({"call":1,"return":2,"op":"update","item":1,"outcome":"done"})");
    refuse("\"cost_after\" must be",
           R"({"call":1,"return":2,"op":"update","item":1,"delta":1,"outcome":"done","stock":3})");
    refuse("longer than", "{\"pad\":\"" + std::string(line_bytes_max, 'x') + "\"}");
}

} // namespace
} // namespace bookstore::history
