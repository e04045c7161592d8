#include <bookstore/base/row_changes.hpp>

#include <catch2/catch.hpp>

#include <bookstore/base/state_machine.hpp>

using namespace bookstore::base;
using namespace std::string_literals;

namespace {

using Kind = RowChanges::Kind;

std::vector<Value> keys(const RowChanges& changes) {
    std::vector<Value> keys;
    for (std::size_t i = 0; i < changes.size(); ++i)
        keys.push_back(changes[i].key());
    return keys;
}

} // namespace

TEST_CASE("changed rows are given back as they were put in", "[base][rows]") {
    RowChanges changes;
    CHECK(changes.empty());
    changes.put(3, std::int64_t{-7}, "a title"s, std::string_view{}, std::int64_t{9});
    changes.put(0, Row{"key"s, std::int64_t{1}});
    changes.erase(1, std::int64_t{5});
    changes.erase(2, "gone"s);
    REQUIRE(changes.size() == 4);

    CHECK(changes[0].kind() == Kind::put);
    CHECK(changes[0].table() == 3);
    CHECK(changes[0].size() == 4);
    CHECK(std::get<std::string_view>(changes[0][1]) == "a title");
    CHECK(changes[0].row() == Row{std::int64_t{-7}, "a title"s, ""s, std::int64_t{9}});
    CHECK(changes[1].row() == Row{"key"s, std::int64_t{1}});
    CHECK(changes[2].kind() == Kind::erase);
    CHECK(changes[2].row() == Row{std::int64_t{5}});
    CHECK(changes[3].table() == 2);
    CHECK(changes[3].key() == Value{"gone"s});
}

TEST_CASE("changed rows are sorted by table and key, integers as numbers and texts as texts",
          "[base][rows]") {
    RowChanges changes;
    changes.reserve(6);
    changes.put(1, "b"s, std::int64_t{1});
    changes.put(0, std::int64_t{10}, "ten"s);
    changes.erase(0, std::int64_t{-1});
    changes.put(1, "a longer one"s, std::int64_t{2});
    changes.put(0, std::int64_t{9}, "nine"s);
    changes.put(1, ""s, std::int64_t{3});
    changes.sort();
    CHECK(keys(changes) == std::vector<Value>{std::int64_t{-1}, std::int64_t{9}, std::int64_t{10}, ""s,
                                              "a longer one"s, "b"s});
    CHECK(changes[0].kind() == Kind::erase);
    CHECK(changes[1].row() == Row{std::int64_t{9}, "nine"s});
    CHECK(changes[4].row() == Row{"a longer one"s, std::int64_t{2}});
}

TEST_CASE("the hash of a row tells values, their kinds, their places and their table apart", "[base][rows]") {
    const std::string long_text(1'000, 'x');
    const std::vector<Row> rows{{std::int64_t{1}, std::int64_t{2}},
                                {std::int64_t{2}, std::int64_t{1}},
                                {std::int64_t{1}, std::int64_t{-2}},
                                {std::int64_t{1}, "2"s},
                                {std::int64_t{1}},
                                {"12"s},
                                {"1"s, "2"s},
                                {""s, "12"s},
                                {long_text},
                                {long_text + "y"}};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(row_hash(0, rows[i]) != row_hash(1, rows[i]));
        for (std::size_t j = 0; j < i; ++j)
            CHECK(row_hash(0, rows[i]) != row_hash(0, rows[j]));
    }
    // Of values that are no row, and in memory that has held another: the same.
    RowHasher hasher;
    CHECK(hasher(0, std::string_view(long_text)) == row_hash(0, rows[8]));
    CHECK(hasher(0, std::int64_t{1}, std::int64_t{-2}) == row_hash(0, rows[2]));
    CHECK(hasher(0, std::int64_t{1}, std::string_view("2")) == row_hash(0, rows[3]));
}
