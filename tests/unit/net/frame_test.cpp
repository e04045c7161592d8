#include <catch2/catch.hpp>

#include <cstring>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>
#include <bookstore/base/limits.hpp>
#include <bookstore/base/random.hpp>

#include "net/frame.hpp"

using namespace bookstore;
using namespace bookstore::net;
using base::Errc;

namespace {

void give(FrameReader& reader, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto space = reader.space();
        REQUIRE(space.size > 0);
        const auto taken = std::min(space.size, bytes.size());
        std::memcpy(space.data, bytes.data(), taken);
        reader.commit(taken);
        bytes.remove_prefix(taken);
    }
}

std::string encoded(const Frame& frame) {
    std::string out;
    append_frame(out, frame);
    return out;
}

/// A frame around content of the test's making, with a checksum that holds.
std::string framed(std::string_view content) {
    base::ByteWriter out;
    out.u32(static_cast<std::uint32_t>(content.size()));
    out.u32(base::checksum32(content));
    out.raw(content);
    return out.take();
}

boost::system::error_code failure_of(std::string_view bytes) {
    FrameReader reader;
    give(reader, bytes);
    const auto frame = reader.next();
    return frame ? boost::system::error_code() : frame.error();
}

} // namespace

TEST_CASE("each kind of frame is read as it was written", "[net][frame]") {
    FrameReader reader;
    give(reader, encoded({FrameKind::notice, Method{7}, 0, 0, 0, "notice"}) +
                     encoded({FrameKind::call, Method{65'535}, UINT64_MAX, 3'000, 0, ""}) +
                     encoded({FrameKind::answer, Method{}, 300, 0, 11, "answer"}));
    const auto notice = reader.next().value().value();
    CHECK(notice.kind == FrameKind::notice);
    CHECK(notice.method == Method{7});
    CHECK(notice.payload == "notice");
    const auto call = reader.next().value().value();
    CHECK(call.kind == FrameKind::call);
    CHECK(call.method == Method{65'535});
    CHECK(call.id == UINT64_MAX);
    CHECK(call.left_ms == 3'000);
    CHECK(call.payload.empty());
    const auto answer = reader.next().value().value();
    CHECK(answer.kind == FrameKind::answer);
    CHECK(answer.id == 300);
    CHECK(answer.error == 11);
    CHECK(answer.payload == "answer");
    CHECK_FALSE(reader.next().value().has_value());
}

TEST_CASE("frames are found however the stream is cut", "[net][frame]") {
    std::string stream;
    for (int n = 0; n < 20; ++n)
        append_frame(stream, {FrameKind::notice, Method{1}, 0, 0, 0, std::to_string(n)});
    const std::size_t piece = GENERATE(1u, 2u, 3u, 7u, 8u, 9u, 64u);
    FrameReader reader;
    int next = 0;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        give(reader, std::string_view(stream).substr(at, piece));
        for (auto frame = reader.next().value(); frame; frame = reader.next().value())
            CHECK(frame->payload == std::to_string(next++));
    }
    CHECK(next == 20);
}

TEST_CASE("what was read ahead of the reader counts", "[net][frame]") {
    const auto whole = encoded({FrameKind::notice, Method{1}, 0, 0, 0, "early"});
    FrameReader reader(whole + whole.substr(0, 5));
    CHECK(reader.next().value().value().payload == "early");
    CHECK_FALSE(reader.next().value().has_value());
    give(reader, whole.substr(5));
    CHECK(reader.next().value().value().payload == "early");
}

TEST_CASE("the largest frame is read, and its memory given back", "[net][frame]") {
    const std::string payload(base::limits::frame_bytes_max - 24, 'p');
    CHECK(fits_frame(payload.size()));
    CHECK_FALSE(fits_frame(payload.size() + 1));
    const auto stream = encoded({FrameKind::call, Method{65'535}, UINT64_MAX, UINT64_MAX, 0, payload});
    CHECK(stream.size() == frame_head_bytes + base::limits::frame_bytes_max);
    FrameReader reader;
    give(reader, stream.substr(0, 100));
    CHECK_FALSE(reader.next().value().has_value());
    give(reader, stream.substr(100)); // fits as a whole, now that the length is known
    CHECK(reader.next().value().value().payload == payload);
    CHECK(reader.space().size < (1u << 20));
}

TEST_CASE("a length over the limit ends the stream before memory is taken for it", "[net][frame]") {
    base::ByteWriter out;
    out.u32(static_cast<std::uint32_t>(base::limits::frame_bytes_max) + 1);
    out.u32(0);
    FrameReader reader;
    give(reader, out.view());
    CHECK(reader.next().error() == Errc::too_large);
    CHECK(reader.space().size < (1u << 20));
}

TEST_CASE("a damaged byte is noticed", "[net][frame]") {
    const auto whole = encoded({FrameKind::call, Method{3}, 17, 1'000, 0, "payload"});
    for (std::size_t at = 4; at < whole.size();
         ++at) { // a damaged length asks for more bytes, or for too many
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        CAPTURE(at);
        CHECK(failure_of(damaged) == Errc::corrupt);
    }
}

TEST_CASE("content that makes no sense ends the stream", "[net][frame]") {
    using namespace std::string_literals;
    const std::string content = GENERATE(as<std::string>(), "", "\x04"s, "\xff payload"s, "\x01"s,
                                         "\x02\x01\x01"s, "\x03\x01"s, "\x01\x80\x80\x04"s, // method 65,536
                                         "\x02\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"s);
    CHECK(failure_of(framed(content)) == Errc::protocol_error);
}

TEST_CASE("random bytes are refused or waited for, never believed", "[net][frame]") {
    const std::uint64_t seed = base::random_seed();
    CAPTURE(seed);
    base::Random dice(seed);
    int refused = 0;
    for (int round = 0; round < 2'000; ++round) {
        std::string bytes = encoded({FrameKind::notice, Method{1}, 0, 0, 0, "good"});
        const auto noise = 8 + dice.below(64);
        for (std::uint64_t n = 0; n < noise; ++n)
            bytes.push_back(static_cast<char>(dice.below(256)));
        FrameReader reader;
        give(reader, bytes);
        REQUIRE(reader.next().value().value().payload == "good");
        const auto second = reader.next();
        REQUIRE((second.has_error() || !second->has_value()));
        refused += second.has_error() ? 1 : 0;
    }
    CHECK(refused > 1'000);
}
