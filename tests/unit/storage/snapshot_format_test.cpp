// A snapshot's bytes: what is not as it was written is told apart, and gives no row that was not there.
#include <bookstore/storage/snapshot_file.hpp>

#include <algorithm>

#include <catch2/catch.hpp>

#include <bookstore/base/hash.hpp>

#include "storage/posix_file.hpp"
#include "storage/snapshot_format.hpp"
#include "unit/storage/files_fixture.hpp"
#include "unit/storage/shelf_machine.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;
using Rows = std::vector<base::Row>;

namespace {

/// The pieces that the writer gave, and where blocks begin in their whole.
struct Written {
    std::string bytes;
    std::vector<std::size_t> blocks; ///< offsets of their heads; the last is the end
    std::size_t largest_piece = 0;
    SnapshotSummary summary;
};

/// `books` books with titles of `title_bytes`, one sale.
Written write(int books, std::size_t title_bytes = 10, StateStore::Position position = {7, 3}) {
    Written written;
    SnapshotWriter writer(
        [&](std::string_view piece) {
            if (piece.size() == snapshot_format::head_bytes) written.blocks.push_back(written.bytes.size());
            written.largest_piece = std::max(written.largest_piece, piece.size());
            written.bytes.append(piece);
        },
        shelf_tables, position);
    for (int i = 1; i <= books; ++i)
        writer.add(0, book(i, std::string(title_bytes, 'x'), i));
    if (books > 0) writer.add(1, sale("k", 1));
    written.summary = writer.finish();
    return written;
}

SnapshotReader::Source source_of(std::string_view bytes) {
    return [rest = bytes](char* to, std::size_t wanted) mutable {
        const auto got = rest.copy(to, wanted);
        rest.remove_prefix(got);
        return got;
    };
}

struct Read {
    ShelfMachine machine;
    SnapshotSummary summary;
};

Read read(std::string_view bytes) {
    Read result;
    SnapshotReader reader("test", source_of(bytes), shelf_tables);
    while (reader.next_block(
        [&](std::uint8_t table, const base::Row& row) { result.machine.load(table, row); })) {
    }
    result.summary = reader.summary();
    return result;
}

std::string failure_of(std::string_view bytes) {
    try {
        read(bytes);
    } catch (const std::exception& failure) {
        return failure.what();
    }
    return "none";
}

/// Whole blocks of `written`, in the order of `order`.
std::string reordered(const Written& written, const std::vector<std::size_t>& order) {
    std::string bytes = written.bytes.substr(0, written.blocks.front());
    for (const auto block : order) {
        const auto from = written.blocks[block];
        const auto to = block + 1 < written.blocks.size() ? written.blocks[block + 1] : written.bytes.size();
        bytes += written.bytes.substr(from, to - from);
    }
    return bytes;
}

} // namespace

TEST_CASE("what was written into a snapshot is read from it", "[storage][snapshot]") {
    const auto written = write(1'000);
    const auto back = read(written.bytes);
    REQUIRE(back.machine.books().size() == 1'000);
    CHECK(back.machine.books()[41] == book(42, "xxxxxxxxxx", 42));
    CHECK(back.machine.sales() == Rows{sale("k", 1)});
    CHECK(back.summary.position.index == 7);
    CHECK(back.summary.position.term == 3);
    CHECK(back.summary.rows == 1'001);
    CHECK(back.summary.digest == back.machine.recompute_digest());
    CHECK(back.summary.bytes == written.bytes.size());
    CHECK(back.summary.checksum == written.summary.checksum);
    CHECK(written.summary.digest == back.summary.digest);
    CHECK(written.summary.bytes == written.bytes.size());
}

TEST_CASE("a snapshot of an empty state has no rows", "[storage][snapshot]") {
    const auto written = write(0, 10, {0, 0});
    const auto back = read(written.bytes);
    CHECK(back.summary.rows == 0);
    CHECK(back.summary.digest == 0);
    CHECK(back.summary.position.index == 0);
}

TEST_CASE("snapshots with the same bytes, and only those, have the same checksum", "[storage][snapshot]") {
    CHECK(write(10).summary.checksum == write(10).summary.checksum);
    CHECK(write(10).summary.checksum != write(11).summary.checksum);
    CHECK(write(10).summary.checksum != write(10, 10, {8, 3}).summary.checksum);
}

TEST_CASE("neither side of a snapshot needs more memory than a block", "[storage][snapshot]") {
    const auto written = write(3'000, 1'000);
    CHECK(written.bytes.size() > 10 * snapshot_block_bytes);
    CHECK(written.largest_piece < snapshot_block_bytes + 2'000);
    std::size_t largest_read = 0;
    SnapshotReader reader(
        "test",
        [&, source = source_of(written.bytes)](char* to, std::size_t bytes) mutable {
            largest_read = std::max(largest_read, bytes);
            return source(to, bytes);
        },
        shelf_tables);
    std::size_t rows_at_once = 0;
    std::size_t rows = 0;
    while (reader.next_block([&](std::uint8_t, const base::Row&) { ++rows; })) {
        rows_at_once = std::max(rows_at_once, rows);
        rows = 0;
    }
    CHECK(largest_read < snapshot_block_bytes + 2'000);
    CHECK(rows_at_once < 300);
}

TEST_CASE("every flipped bit of a snapshot is found", "[storage][snapshot][damage]") {
    const auto whole = write(3).bytes;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        CAPTURE(at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        if (at < snapshot_format::magic.size() + 4)
            CHECK_THAT(failure_of(damaged), Contains("not a snapshot") || Contains("not known"));
        else
            CHECK_THAT(failure_of(damaged), Contains("test: damaged: ") && Contains("checksum"));
    }
}

TEST_CASE("a snapshot that was cut off anywhere is named so", "[storage][snapshot][damage]") {
    const auto whole = write(3).bytes;
    for (std::size_t bytes = snapshot_format::magic.size() + 4; bytes < whole.size(); ++bytes) {
        CAPTURE(bytes);
        CHECK_THAT(failure_of(whole.substr(0, bytes)),
                   Contains("damaged: it is cut off after " + std::to_string(bytes) + " bytes"));
    }
    CHECK_THAT(failure_of(""), Contains("not a snapshot"));
}

TEST_CASE("something behind a snapshot's end is named so", "[storage][snapshot][damage]") {
    const auto whole = write(3).bytes;
    CHECK_THAT(failure_of(whole + "x"), Contains("something follows behind its end"));
    CHECK_THAT(failure_of(whole + whole), Contains("something follows behind its end"));
}

TEST_CASE("blocks that are missing, repeated or out of order are named so", "[storage][snapshot][damage]") {
    const auto written = write(1'000, 1'000); // the beginning, four blocks of rows, the end
    REQUIRE(written.blocks.size() == 6);
    CHECK(failure_of(reordered(written, {0, 1, 2, 3, 4, 5})) == "none");
    const auto order =
        GENERATE(std::vector<std::size_t>{0, 1, 3, 2, 4, 5}, std::vector<std::size_t>{0, 2, 3, 4, 5},
                 std::vector<std::size_t>{0, 1, 1, 2, 3, 4, 5}, std::vector<std::size_t>{0, 1, 2, 3, 5});
    CHECK_THAT(failure_of(reordered(written, order)),
               Contains("blocks are missing, repeated or out of order"));
}

TEST_CASE("a block of another snapshot is found at the end", "[storage][snapshot][damage]") {
    auto written = write(1'000, 1'000);
    const auto other = write(1'000, 1'000, {8, 3});
    auto mixed = written.bytes;
    mixed.replace(0, written.blocks[1], other.bytes, 0, other.blocks[1]); // the beginning says version 8
    CHECK_THAT(failure_of(mixed), Contains("its end is that of another"));
}

TEST_CASE("a snapshot that makes no sense is refused, whatever its checksums say",
          "[storage][snapshot][damage]") {
    using namespace snapshot_format;
    const auto written = write(1);
    const auto with_block = [&](std::string_view payload, std::uint8_t kind = kind_rows) {
        base::ByteWriter out;
        out.raw(std::string_view(written.bytes).substr(0, written.blocks[1]));
        out.raw(encode(BlockHead{kind, 1, static_cast<std::uint32_t>(payload.size())}));
        out.raw(payload);
        out.u64(base::hash64(payload));
        return out.take();
    };
    CHECK_THAT(failure_of(with_block(std::string("\x02\x01", 2))), Contains("block 1 makes no sense"));
    CHECK_THAT(failure_of(with_block(std::string("\x00\x02\x05x", 4))), Contains("block 1 makes no sense"));
    CHECK_THAT(failure_of(with_block("", 9)), Contains("block 1 makes no sense"));
    CHECK_THAT(failure_of(with_block("", kind_end)), Contains("its end makes no sense"));
    std::string newer = written.bytes;
    newer[magic.size()] = 3;
    CHECK_THAT(failure_of(newer), Contains("format version 3 is not known"));
}

TEST_CASE("a row that is too large for a snapshot is named", "[storage][snapshot]") {
    SnapshotWriter writer([](std::string_view) {}, shelf_tables, {1, 1});
    CHECK_NOTHROW(writer.add(0, book(1, std::string(snapshot_row_bytes_max - 100, 'x'), 1)));
    CHECK_THROWS_WITH(writer.add(0, book(2, std::string(snapshot_row_bytes_max, 'x'), 1)),
                      Contains("a row of table book has 8388"));
}

TEST_CASE("a snapshot file is durable and whole, or is not there", "[storage][snapshot]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "snapshot";
    {
        SnapshotFileWriter writer(path, shelf_tables, {7, 3});
        writer.add(0, book(1, "one", 1));
    }
    CHECK_FALSE(std::filesystem::exists(path));
    SnapshotFileWriter writer(path, shelf_tables, {7, 3});
    for (int i = 1; i <= 10'000; ++i)
        writer.add(0, book(i, std::string(1'000, 'x'), 1));
    const auto summary = writer.finish();
    CHECK(summary.bytes == std::filesystem::file_size(path));
    SnapshotFileReader reader(path, shelf_tables);
    CHECK(reader.position().index == 7);
    while (reader.next_block([](std::uint8_t, const base::Row&) {})) {
    }
    CHECK(reader.summary().checksum == summary.checksum);
    CHECK(reader.summary().rows == 10'000);
    CHECK_THROWS_WITH(SnapshotFileReader(folder.path() / "none", shelf_tables), Contains("none: open"));
}

TEST_CASE("a disk that is full is named, and leaves no half of a snapshot", "[storage][snapshot][fault]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "snapshot";
    {
        const FileSizeLimit full(1'000'000);
        SnapshotFileWriter writer(path, shelf_tables, {7, 3});
        const auto fill = [&] {
            for (int i = 1; i <= 2'000; ++i)
                writer.add(0, book(i, std::string(1'000, 'x'), 1));
        };
        CHECK_THROWS_WITH(fill(), Contains("snapshot: write: File too large"));
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a snapshot beyond four gigabytes of a file is read where it is", "[storage][snapshot]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "snapshot";
    constexpr std::uint64_t far = (std::uint64_t{5} << 30) + 123;
    const auto written = write(1'000, 1'000);
    {
        PosixFile file(path, PosixFile::Mode::append);
        file.truncate(far); // a hole: it takes no room
        file.append(written.bytes);
        CHECK(file.size() == far + written.bytes.size());
    }
    SnapshotFileReader reader(path, shelf_tables, far);
    while (reader.next_block([](std::uint8_t, const base::Row&) {})) {
    }
    CHECK(reader.summary().checksum == written.summary.checksum);
}
