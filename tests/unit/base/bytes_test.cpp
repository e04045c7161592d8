#include <bookstore/base/bytes.hpp>

#include <limits>

#include <catch2/catch.hpp>

using namespace bookstore::base;

TEST_CASE("what was written is read back", "[base][bytes]") {
    ByteWriter out;
    out.u8(0xab);
    out.u32(0xdeadbeef);
    out.u64(0x0123456789abcdef);
    out.boolean(true);
    out.string("caf\xc3\xa9");
    out.string("");
    out.raw("tail");
    const std::string bytes = out.take();

    ByteReader in{bytes};
    CHECK(in.u8() == 0xab);
    CHECK(in.u32() == 0xdeadbeef);
    CHECK(in.u64() == 0x0123456789abcdef);
    CHECK(in.boolean());
    CHECK(in.string() == "caf\xc3\xa9");
    CHECK(in.string().empty());
    CHECK_FALSE(in.complete());
    CHECK(in.raw(4) == "tail");
    CHECK(in.complete());
}

TEST_CASE("varints keep every number in 1 to 10 bytes", "[base][bytes]") {
    using Limits = std::numeric_limits<std::uint64_t>;
    const auto [number, bytes] = GENERATE(table<std::uint64_t, std::size_t>({{0, 1},
                                                                             {127, 1},
                                                                             {128, 2},
                                                                             {16'383, 2},
                                                                             {16'384, 3},
                                                                             {Limits::max() >> 1, 9},
                                                                             {Limits::max(), 10}}));
    ByteWriter out;
    out.varint(number);
    CHECK(out.size() == bytes);
    ByteReader in{out.view()};
    CHECK(in.varint() == number);
    CHECK(in.complete());
}

TEST_CASE("zigzag keeps small numbers of either sign small", "[base][bytes]") {
    using Limits = std::numeric_limits<std::int64_t>;
    const auto [number, bytes] = GENERATE(table<std::int64_t, std::size_t>(
        {{0, 1}, {-1, 1}, {1, 1}, {-64, 1}, {64, 2}, {Limits::min(), 10}, {Limits::max(), 10}}));
    ByteWriter out;
    out.zigzag(number);
    CHECK(out.size() == bytes);
    ByteReader in{out.view()};
    CHECK(in.zigzag() == number);
    CHECK(in.complete());
}

TEST_CASE("the encoding is fixed: replicas of different versions read each other's bytes", "[base][bytes]") {
    ByteWriter out;
    out.u32(1);
    out.varint(300);
    out.zigzag(-2);
    out.string("ab");
    CHECK(out.view() == std::string("\x01\x00\x00\x00\xac\x02\x03\x02"
                                    "ab",
                                    10));
}

TEST_CASE("every shortened input is noticed, and gives zeros from there on", "[base][bytes]") {
    ByteWriter out;
    out.varint(1'000'000);
    out.string("hello");
    out.u64(7);
    const std::string& whole = out.view();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        ByteReader in{std::string_view(whole).substr(0, length)};
        in.varint();
        in.string();
        CHECK(in.u64() == 0);
        CHECK(in.failed());
        CHECK(in.u8() == 0);
        CHECK(in.string().empty());
        CHECK(in.remaining() == 0);
        CHECK_FALSE(in.complete());
    }
}

TEST_CASE("a varint that stops short, does not fit 64 bits or is longer than need be is damage",
          "[base][bytes]") {
    const std::string bytes =
        GENERATE(std::string("\x80"), std::string(10, '\xff'), std::string(9, '\xff') + '\x02',
                 std::string(11, '\x80'), std::string("\x81\x00", 2));
    ByteReader in{bytes};
    CHECK(in.varint() == 0);
    CHECK(in.failed());
}

TEST_CASE("a boolean is 0 or 1", "[base][bytes]") {
    ByteReader in{"\x02"};
    CHECK_FALSE(in.boolean());
    CHECK(in.failed());
}

TEST_CASE("a length beyond the input is refused before memory is taken", "[base][bytes]") {
    ByteWriter out;
    out.varint(std::uint64_t{1} << 60);
    out.raw("0123456789");
    SECTION("of a string") {
        ByteReader in{out.view()};
        CHECK(in.string().empty());
        CHECK(in.failed());
    }
    SECTION("of a list") {
        ByteReader in{out.view()};
        CHECK(in.count() == 0);
        CHECK(in.failed());
    }
}

TEST_CASE("a count is held against the size of its things", "[base][bytes]") {
    ByteWriter out;
    out.varint(3);
    out.raw("123456");
    SECTION("fits exactly") {
        ByteReader in{out.view()};
        CHECK(in.count(2) == 3);
        CHECK_FALSE(in.failed());
    }
    SECTION("one too many") {
        ByteReader in{out.view()};
        CHECK(in.count(3) == 0);
        CHECK(in.failed());
    }
}
