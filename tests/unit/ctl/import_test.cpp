// Files of books, and what a shop is told of them.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include <boost/json/parse.hpp>

#include <bookstore/base/random.hpp>

#include "ctl/importing/book_rows.hpp"
#include "unit/ctl/fake_shop.hpp"

using namespace bookstore;
using namespace bookstore::ctl::importing;

namespace {

std::vector<std::vector<std::string>> records(const std::string& text) {
    std::istringstream in(text);
    CsvReader reader(in);
    std::vector<std::vector<std::string>> all;
    while (auto record = reader.next())
        all.push_back(std::move(*record));
    return all;
}

/// A file that goes with the test.
class File {
public:
    File(const std::string& name, const std::string& content)
        : path_(std::filesystem::temp_directory_path() /
                ("bookstored-test-" + base::Random(base::random_seed()).uuid() + name)) {
        std::ofstream(path_) << content;
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

std::string complaint(const std::string& name, const std::string& content,
                      std::optional<std::int64_t> first_id = {}) {
    const File file(name, content);
    try {
        BookRows rows(file.path(), name == ".csv" ? Format::csv : Format::json_lines, first_id);
        while (rows.next()) {
        }
    } catch (const BadRecord& e) {
        return e.what();
    }
    return "";
}

constexpr auto three_books = R"({"id":1,"title":"a","topic":"t","cost":1,"stock":5}
{"id":2,"title":"b","topic":"t","cost":1,"stock":5}

{"id":3,"title":"c","topic":"t","cost":1,"stock":5}
)";

} // namespace

TEST_CASE("CSV is read as RFC 4180 has it", "[ctl][import]") {
    using Records = std::vector<std::vector<std::string>>;
    CHECK(records("") == Records{});
    CHECK(records("a,b\nc,d") == Records{{"a", "b"}, {"c", "d"}});
    CHECK(records("a,b\r\nc,\r\n") == Records{{"a", "b"}, {"c", ""}});
    CHECK(records(",\n") == Records{{"", ""}});
    CHECK(records("\"\"\n\n\r\nx\n") == Records{{""}, {"x"}});
    CHECK(records("\"a,\"\"b\"\"\nc\",d\n") == Records{{"a,\"b\"\nc", "d"}});
    CHECK(records("a\rb\n") == Records{{"a\rb"}});
    CHECK_THROWS_WITH(records("a\n\"b\n"), "line 2 has a quote that is not closed");
    CHECK_THROWS_WITH(records("a\"b\n"), "line 1 has a quote in the middle of a field");
    CHECK_THROWS_WITH(records("\"a\"b\n"), "line 1 goes on behind a closing quote");
    CHECK_THROWS_WITH(records(std::string(70'000, 'x')), "line 1 is longer than 65536 bytes");
}

TEST_CASE("what is wrong with a file of books is named with its line", "[ctl][import]") {
    CHECK(complaint(".csv", "id,title\n1,a\n") == "");
    CHECK(complaint(".csv", "id,colour\n") ==
          "line 1 names a column 'colour'; allowed are id, title, topic, cost, stock");
    CHECK(complaint(".csv", "id,id\n") == "line 1 names the column 'id' twice");
    CHECK(complaint(".csv", "id,title\n1,a\n2\n") == "line 3 has 1 fields; the first line names 2");
    CHECK(complaint(".csv", "id,cost\n1,2.50\n") == "line 2 has '2.50' as cost: allowed is a whole number");
    CHECK(complaint(".jsonl", "{\"id\":1}\n[]\n") == "line 2 is not a JSON object");
    CHECK(complaint(".jsonl", "\n{\"id\":0}\n") == "line 2 has an id that is not a positive integer");
    CHECK(complaint(".jsonl", "{\"title\":\"a\"}\n") ==
          "line 1 has no id: say with --first-id which one the first book gets");
    CHECK(complaint(".jsonl", "{\"id\":1}\n", 10) == "line 1 has an id of its own: leave --first-id out");
}

TEST_CASE("books are sent with their ids, given ones or counted ones", "[ctl][import]") {
    ctl::FakeShop shop([](const net::Request&) { return net::json_response("{}", 201); });
    const File file(".csv", "title,topic,cost,stock\n\"a, b\",t,250,5\nc,t,1,2\n");
    const auto ran = ctl::at(shop.address(), {"import", file.path(), "--first-id=100", "--clients=1"});
    CHECK(ran.out == "2 books added\n");
    CHECK(ran.status == 0);
    const auto requests = shop.requests();
    REQUIRE(requests.size() == 2);
    CHECK(boost::json::parse(requests[0].body) ==
          boost::json::parse(R"({"title":"a, b","topic":"t","cost":250,"stock":5,"id":100})"));
    CHECK(boost::json::parse(requests[1].body).at("id").to_number<int>() == 101);
}

TEST_CASE("a file that is imported again adds what is missing", "[ctl][import]") {
    ctl::FakeShop shop([](const net::Request& request) {
        if (request.verb == net::Verb::get)
            return net::json_response(R"({"id":2,"title":"b","topic":"t","cost":9,"stock":0})");
        const bool second = boost::json::parse(request.body).at("id").to_number<int>() == 2;
        return net::json_response("{}", second ? 409 : 201);
    });
    const File file(".jsonl", three_books);
    const auto again = ctl::at(shop.address(), {"import", file.path()});
    CHECK(again.out == "2 books added, 1 were there already\n");
    CHECK(again.status == 0);

    const auto rest = ctl::at(shop.address(), {"--output=json", "import", file.path(), "--skip=2"});
    CHECK(boost::json::parse(rest.out) == boost::json::parse(R"({"added":1,"there_already":0,"done":3})"));
}

TEST_CASE("an import ends at the first book that cannot be added, and says how to go on", "[ctl][import]") {
    ctl::FakeShop shop([](const net::Request& request) {
        if (request.verb == net::Verb::get)
            return net::json_response(R"({"id":3,"title":"other","topic":"t","cost":9,"stock":0})");
        const bool third = boost::json::parse(request.body).at("id").to_number<int>() == 3;
        return net::json_response("{}", third ? 409 : 201);
    });
    const File file(".jsonl", three_books);
    const auto ran = ctl::at(shop.address(), {"import", file.path(), "--clients=1"});
    CHECK(ran.out == "2 books added\n");
    CHECK(ran.err ==
          "bookstorectl: " + file.path() +
              ": line 4: the shop has another book with the id 3; to go on from there, add --skip=2\n");
    CHECK(ran.status == 1);
}
