#include "replication/snapshot_chunk.hpp"
#include "support/catch_result.hpp"

using namespace bookstore;
using namespace bookstore::replication;

namespace {

SnapshotHeader header() {
    SnapshotHeader header;
    header.from = consensus::NodeId{7};
    header.to = consensus::NodeId{8};
    header.term = consensus::Term{3};
    header.last_index = consensus::LogIndex{1'000'000};
    header.last_term = consensus::Term{2};
    header.configuration.voters = {consensus::NodeId{7}, consensus::NodeId{8}};
    header.bytes = 10;
    header.checksum = 0xfeed;
    return header;
}

} // namespace

TEST_CASE("a chunk's encoding holds it whole, and nothing else is taken for one") {
    SnapshotChunk chunk{header(), 4, "abcdef"};
    const auto bytes = encode(chunk);
    const auto back = decode_snapshot_chunk(bytes);
    REQUIRE(back);
    CHECK(back->header.last_index == chunk.header.last_index);
    CHECK(back->header.configuration.voters == chunk.header.configuration.voters);
    CHECK(back->header.checksum == chunk.header.checksum);
    CHECK(back->offset == 4);
    CHECK(back->data == "abcdef");

    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_snapshot_chunk(std::string_view(bytes).substr(0, size)));
    CHECK_FALSE(decode_snapshot_chunk(bytes + "x"));
    chunk.offset = 5; // beyond the whole
    CHECK_FALSE(decode_snapshot_chunk(encode(chunk)));
}

TEST_CASE("offsets and sizes beyond four gigabytes are not cut off") {
    SnapshotChunk chunk{header(), (std::uint64_t{5} << 30) + 1, "abcdef"};
    chunk.header.bytes = (std::uint64_t{5} << 30) + 7;
    const auto bytes = encode(chunk);
    const auto back = decode_snapshot_chunk(bytes);
    REQUIRE(back);
    CHECK(back->header.bytes == chunk.header.bytes);
    CHECK(back->offset == chunk.offset);
    chunk.header.bytes -= 1;
    CHECK_FALSE(decode_snapshot_chunk(encode(chunk)));
    // Nor by an addition that overflows.
    chunk.offset = ~std::uint64_t{0};
    CHECK_FALSE(decode_snapshot_chunk(encode(chunk)));

    const SnapshotProgress progress{SnapshotProgress::Stage::receiving, (std::uint64_t{5} << 30) + 1};
    const auto same = decode_snapshot_progress(encode(progress));
    REQUIRE(same);
    CHECK(*same == progress);
}

TEST_CASE("a snapshot's label tells it from any other, and outlives the term it is sent in") {
    const auto label = label_of(header());
    auto other = header();
    SECTION("whoever it is sent to, in whatever term") {
        other.to = consensus::NodeId{9};
        other.term = consensus::Term{4};
        CHECK(label_of(other) == label);
    }
    SECTION("another sender") {
        other.from = consensus::NodeId{9};
        CHECK(label_of(other) != label);
    }
    SECTION("another version") {
        other.last_index = consensus::LogIndex{1'000'001};
        CHECK(label_of(other) != label);
    }
    SECTION("other bytes") {
        other.checksum = 1;
        CHECK(label_of(other) != label);
    }
    SECTION("other members") {
        other.configuration.learners = {consensus::NodeId{9}};
        CHECK(label_of(other) != label);
    }
}
