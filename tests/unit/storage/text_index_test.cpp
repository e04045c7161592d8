#include <bookstore/storage/text_index.hpp>

#include <limits>
#include <string>

#include <catch2/catch.hpp>

using namespace bookstore::storage;

namespace {

using Ids = std::vector<std::uint64_t>;

struct Titles {
    TextIndex index;

    Titles() {
        index.add(1, "How to get a good grade in 677 in 20 minutes a day");
        index.add(2, "RPCs for Dummies");
        index.add(3, "Xen and the Art of Surviving Graduate School");
        index.add(4, "Cooking for the Impatient Graduate Student");
        index.add(5, "Caf\xc3\xa9 \xc3\x89tude: l'\xc3\xa9t\xc3\xa9");
        index.add(6, "\xd0\x92\xd0\xbe\xd0\xb9\xd0\xbd\xd0\xb0 \xd0\xb8 \xd0\xbc\xd0\xb8\xd1\x80");
    }

    Ids find(std::string_view words) const { return index.find(words, 0, 100); }
};

} // namespace

TEST_CASE("every word must be there, in any order and case", "[storage][text]") {
    const Titles titles;
    CHECK(titles.find("graduate") == Ids{3, 4});
    CHECK(titles.find("GRADUATE school") == Ids{3});
    CHECK(titles.find("school graduate") == Ids{3});
    CHECK(titles.find("graduate dummies").empty());
    CHECK(titles.find("677") == Ids{1});
}

TEST_CASE("the last word is also a beginning, the others are whole", "[storage][text]") {
    const Titles titles;
    CHECK(titles.find("grad") == Ids{1, 3, 4}); // grade, graduate
    CHECK(titles.find("for d") == Ids{2});
    CHECK(titles.find("grad school").empty());
}

TEST_CASE("accents and alphabets", "[storage][text]") {
    const Titles titles;
    CHECK(titles.find("cafe") == Ids{5});
    CHECK(titles.find("\xc3\x89TUDE") == Ids{5});
    CHECK(titles.find("ete") == Ids{5});
    CHECK(titles.find("\xd0\x9c\xd0\x98\xd0\xa0") == Ids{6}); // other case, Cyrillic
}

TEST_CASE("nothing a user types is an operator or an error", "[storage][text]") {
    const Titles titles;
    SECTION("operators are words, and these titles lack them") {
        CHECK(titles.find("graduate OR dummies").empty());
        CHECK(titles.find("graduate NOT school").empty());
        CHECK(titles.find("NEAR(graduate school)").empty());
    }
    SECTION("and is a word that one of them has") {
        CHECK(titles.find("xen AND art") == Ids{3});
    }
    SECTION("punctuation only separates") {
        CHECK(titles.find("\"graduate\" \"school\"") == Ids{3});
        CHECK(titles.find("graduate-school*") == Ids{3});
        CHECK(titles.find("text:graduate").empty());
        CHECK(titles.find("^graduate + (student)") == Ids{4});
        CHECK(titles.find("impatient\xe2\x80\x94"
                          "cooking") == Ids{4}); // an em dash, and another order
    }
    SECTION("what holds no word finds nothing") {
        for (const char* none :
             {"", " ", "*", "\"", "\"\"", "'", "()", "{}", "-", ":", "^", "--", "\xe2\x80\x94", ";"})
            CHECK(titles.find(none).empty());
    }
    SECTION("bytes that are no text") {
        CHECK(titles.find(std::string("\0", 1)).empty());
        CHECK_NOTHROW(titles.find("\xff\xfe\x80 graduate"));
        CHECK_NOTHROW(titles.find("\xc3"));
        CHECK_NOTHROW(titles.find(std::string("a\0\"b", 4)));
    }
    SECTION("very many words") {
        std::string many;
        for (int i = 0; i < 1'000; ++i)
            many += "graduate ";
        CHECK_NOTHROW(titles.find(many));
    }
}

TEST_CASE("pages continue after an id", "[storage][text]") {
    TextIndex index;
    for (std::uint64_t id = 1; id <= 10; ++id)
        index.add(id * 10, "same title");
    CHECK(index.find("title", 0, 3) == Ids{10, 20, 30});
    CHECK(index.find("title", 30, 3) == Ids{40, 50, 60});
    CHECK(index.find("title", 95, 3) == Ids{100});
    CHECK(index.find("title", 100, 3).empty());
    CHECK(index.find("title", 0, 0).empty());
    CHECK(index.find("title", std::numeric_limits<std::uint64_t>::max(), 3).empty());
    CHECK(index.find("title", 0, std::numeric_limits<std::size_t>::max()).size() == 10);
}

TEST_CASE("additions show at once, and clear takes all", "[storage][text]") {
    TextIndex index;
    CHECK(index.find("late", 0, 10).empty());
    index.add(7, "late entry");
    CHECK(index.find("late", 0, 10) == Ids{7});
    index.clear();
    CHECK(index.find("late", 0, 10).empty());
    index.add(7, "another entry");
    CHECK(index.find("entry", 0, 10) == Ids{7});
    CHECK(index.find("late", 0, 10).empty());
}

TEST_CASE("a beginning finds the same however many words it stands for and letters it has",
          "[storage][text]") {
    TextIndex index;
    const std::string stem = "\xc3\xa9tude"; // its e has two bytes and becomes one
    constexpr std::uint64_t words = 40;
    for (std::uint64_t id = 1; id <= words; ++id)
        index.add(id, "an " + stem + std::string(1, static_cast<char>('a' + id % 20)) + std::to_string(id));
    Ids all, with_b;
    for (std::uint64_t id = 1; id <= words; ++id) {
        all.push_back(id);
        if (id % 20 == 1) with_b.push_back(id);
    }
    for (const char* beginning : {"e", "etu", "etud", "etude", "an etude"})
        CHECK(index.find(beginning, 0, 100) == all);
    CHECK(index.find("etudeb", 0, 100) == with_b);
    CHECK(index.find("an etudeb", 1, 100) == Ids{21});
    CHECK(index.find("etudeb21", 0, 100) == Ids{21});
    CHECK(index.find("etudez", 0, 100).empty());
    CHECK(index.find("etudeb missing", 0, 100).empty());
    index.clear();
    CHECK(index.find("etudeb", 0, 100).empty());
}
