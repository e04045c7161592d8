#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <catch2/catch.hpp>

#include "unit/ctl/fake_shop.hpp"

namespace bookstore::ctl {
namespace {

/// A file of this test's own, gone with it.
class TextFile {
public:
    explicit TextFile(const std::string& text)
        : path_(std::filesystem::temp_directory_path() /
                ("bookstorectl-" + std::to_string(::getpid()) + "-" + std::to_string(++count_))) {
        std::ofstream(path_) << text;
    }
    ~TextFile() { std::filesystem::remove(path_); }
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;
    std::string path() const { return path_.string(); }

private:
    static inline int count_ = 0;
    std::filesystem::path path_;
};

const std::string shelf = R"({"call":0,"return":1,"op":"add","item":1,"stock":5,"cost":100,"outcome":"done"})"
                          "\n";
const std::string unknown_buy =
    R"({"call":2,"return":null,"op":"buy","key":"k","lines":[{"item":1,"quantity":1}],"outcome":"unknown"})"
    "\n";

std::string saw(int stock, int call) {
    return R"({"call":)" + std::to_string(call) + R"(,"return":)" + std::to_string(call + 1) +
           R"(,"op":"read","item":1,"stock":)" + std::to_string(stock) + R"(,"cost":100})" + "\n";
}

TEST_CASE("a history that can be explained is correct", "[ctl][history]") {
    const TextFile file(shelf + unknown_buy + saw(5, 10) + saw(4, 20));
    const Ran ran = bookstorectl({"check-history", file.path()});
    CHECK(ran.status == 0);
    CHECK_THAT(ran.out, Catch::StartsWith("4 operations on 1 items") && Catch::EndsWith("correct\n"));
}

TEST_CASE("one that cannot be is a failure, with what fits nowhere", "[ctl][history]") {
    const TextFile file(shelf + unknown_buy + saw(4, 10) + saw(5, 20));
    const Ran ran = bookstorectl({"check-history", file.path()});
    CHECK(ran.status == 1);
    CHECK_THAT(ran.out, Catch::Contains("violation  item 1") &&
                            Catch::Contains("saw item 1: stock 5 at 100") && Catch::EndsWith("violation\n"));
    const Ran json = bookstorectl({"check-history", file.path(), "--output=json"});
    CHECK(json.status == 1);
    CHECK_THAT(json.out, Catch::Contains(R"("result":"violation")") && Catch::Contains(R"("misfit":3)") &&
                             Catch::Contains(R"("prefix":[0,1,2])"));
}

TEST_CASE("the order book decides what was unknown", "[ctl][history]") {
    const TextFile file(shelf + unknown_buy + saw(4, 10));
    const TextFile empty(""), booked(R"({"order":1,"key":"k","lines":[{"item":1,"quantity":1,"cost":100}]})");
    CHECK(bookstorectl({"check-history", file.path()}).status == 0);
    CHECK(bookstorectl({"check-history", file.path(), "--orders=" + booked.path()}).status == 0);
    CHECK(bookstorectl({"check-history", file.path(), "--orders=" + empty.path()}).status == 1);
}

TEST_CASE("more at one time than can be followed is undecided", "[ctl][history]") {
    std::string text = shelf;
    for (int i = 0; i < 200; ++i)
        text += R"({"call":2,"return":99,"op":"read","item":1,"stock":5,"cost":100})"
                "\n";
    const TextFile file(text);
    const Ran ran = bookstorectl({"check-history", file.path()});
    CHECK(ran.status == 3);
    CHECK_THAT(ran.out, Catch::Contains("undecided  items 1"));
}

TEST_CASE("a file that is missing or wrong is bad usage", "[ctl][history]") {
    const Ran missing = bookstorectl({"check-history", "/nowhere/at/all"});
    CHECK(missing.status == 2);
    CHECK_THAT(missing.err, Catch::Contains("/nowhere/at/all: No such file"));
    const TextFile file(shelf + "{}\n");
    const Ran wrong = bookstorectl({"check-history", file.path()});
    CHECK(wrong.status == 2);
    CHECK_THAT(wrong.err, Catch::Contains(file.path() + ": line 2: "));
    CHECK(bookstorectl({"check-history"}).status == 2);
}

} // namespace
} // namespace bookstore::ctl
