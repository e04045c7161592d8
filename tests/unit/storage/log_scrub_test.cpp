// A log verified piece by piece, while it is written.
#include <catch2/catch.hpp>

#include "unit/storage/log_at_rest.hpp"

using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

/// One pass, in small pieces.
std::size_t scrub_all(LogStore& log, std::size_t piece) {
    std::size_t bytes = 0;
    for (int i = 0; i < 1'000; ++i) {
        const auto scrubbed = log.scrub(piece);
        bytes += scrubbed.bytes;
        if (scrubbed.whole) return bytes;
    }
    FAIL("no end");
    return 0;
}

} // namespace

TEST_CASE("a scrub reads all that is durable, piece by piece", "[storage][log][scrub]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto log = open_small(folder.path());
    log->load();
    std::size_t used = 0;
    for (unsigned number = 1; number <= 3; ++number)
        used += read_file(segment(folder.path(), number)).find_last_not_of('\0') + 1 - segment_header_bytes;
    for (const std::size_t piece : {1u, 600u, 5'000u, 1'000'000u})
        CHECK(scrub_all(*log, piece) == used);
    // In the middle of a pass the log goes on, and is cut.
    CHECK_FALSE(log->scrub(600).whole);
    for (std::uint64_t i = 17; i <= 33; ++i)
        append(*log, i, 2, std::string(700, 'x'));
    log->write({.compact_to = 28});
    log->load();
    append(*log, 34, 2, "y");
    CHECK(scrub_all(*log, 600) > 0);
}

TEST_CASE("a scrub finds what a start would", "[storage][log][scrub]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto log = open_small(folder.path());
    log->load();
    const std::string before[] = {read_file(segment(folder.path(), 1)), read_file(segment(folder.path(), 2)),
                                  read_file(segment(folder.path(), 3))};
    for (unsigned number = 1; number <= 3; ++number) {
        const auto& bytes = before[number - 1];
        for (std::size_t at = 0; at <= bytes.find_last_not_of('\0'); at += 37) {
            INFO("segment " << number << " offset " << at);
            flip(segment(folder.path(), number), at);
            REQUIRE_THROWS_AS(scrub_all(*log, 2'000), Damaged);
            write_file(segment(folder.path(), number), bytes);
            log->load();
        }
    }
    std::filesystem::remove(segment(folder.path(), 2));
    CHECK_THROWS_WITH(scrub_all(*log, 2'000), Contains("0000000002.log: damaged: missing"));
}

TEST_CASE("a scrub names the segment in which a step is missing, and not the one after it",
          "[storage][log][scrub]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto log = open_small(folder.path());
    log->load();
    const auto at = read_file(segment(folder.path(), 1)).find("eeeee");
    REQUIRE(at != std::string::npos);
    flip(segment(folder.path(), 1), at);
    for (const std::size_t piece : {2'000u, 100'000u})
        CHECK_THROWS_WITH(scrub_all(*log, piece),
                          Contains("0000000001.log: damaged: at offset ") &&
                              Contains("where step 5 belongs, there is step 5 (entries 4 to 4), which does "
                                       "not match its checksum"));
}
