#include <bookstore/base/hash.hpp>

#include <set>
#include <string>

#include <bookstore/base/state_machine.hpp>

#include <catch2/catch.hpp>

using namespace bookstore::base;

TEST_CASE("hash64 is XXH3, the same on every host and in every version", "[base][hash]") {
    CHECK(hash64("") == 0x2d06800538d394c2); // the published value for the empty input
    CHECK(checksum32("") == 0x38d394c2);
}

TEST_CASE("any flipped bit changes both checksums", "[base][hash]") {
    const std::string text = "RPCs for Dummies";
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string damaged = text;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        CHECK(hash64(damaged) != hash64(text));
        CHECK(checksum32(damaged) != checksum32(text));
    }
}

TEST_CASE("a table's hash is the same for equal keys, and nothing that could be known before",
          "[base][hash]") {
    const TableHash hash;
    CHECK(hash(std::string("a key")) == TableHash{}("a key"));
    CHECK(hash("a key") != hash("another"));
    CHECK(hash("a key") != hash64("a key"));
}

TEST_CASE("rows that differ in anything differ in hash", "[base][hash]") {
    const std::vector<std::pair<std::uint8_t, Row>> rows{
        {0, {}},
        {0, {std::int64_t{0}}},
        {1, {std::int64_t{0}}},
        {0, {std::int64_t{1}}},
        {0, {std::int64_t{-1}}},
        {0, {std::string{}}},
        {0, {std::string{"1"}}},
        {0, {std::int64_t{1}, std::int64_t{2}}},
        {0, {std::int64_t{2}, std::int64_t{1}}},
        {0, {std::string{"ab"}, std::string{"c"}}},
        {0, {std::string{"a"}, std::string{"bc"}}},
        {0, {std::string{"abc"}, std::string{}}},
        {0, {std::string{}, std::string{"abc"}}},
    };
    std::set<std::uint64_t> hashes;
    for (const auto& [table, row] : rows)
        hashes.insert(row_hash(table, row));
    CHECK(hashes.size() == rows.size());
    CHECK(row_hash(0, {std::int64_t{7}, std::string{"x"}}) ==
          row_hash(0, {std::int64_t{7}, std::string{"x"}}));
}
