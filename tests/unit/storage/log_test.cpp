// What a log keeps, and that it keeps it through every end of its process.
#include <catch2/catch.hpp>

#include "unit/storage/log_fixture.hpp"

using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

std::unique_ptr<LogStore> opened(const std::filesystem::path& directory) {
    auto log = open_small(directory);
    log->load();
    return log;
}

} // namespace

TEST_CASE("a new log is empty", "[storage][log]") {
    const TemporaryFolder folder;
    CHECK(summary(open_log(folder.string())->load()) == "0/0 @0:0 ");
    CHECK(summary(open_log(folder.string())->load()) == "0/0 @0:0 ");
}

TEST_CASE("everything written is there after reopening", "[storage][log]") {
    const TemporaryFolder folder;
    const std::string payload("\0binary\xff", 8);
    const std::uint64_t vote = 0xfedc'ba98'7654'3210; // an identity may use all 64 bits
    {
        const auto log = opened(folder.path());
        log->write({.vote = VoteRecord{7, vote}, .append = {record(1, 6, payload), record(2, 7, "")}});
        log->write({.metadata = std::string("members\0", 8)});
        append(*log, 3, 7, "c");
    }
    const auto log = inspect_log(folder.string());
    CHECK(log.vote.term == 7);
    CHECK(log.vote.vote == vote);
    CHECK(log.metadata == std::string("members\0", 8));
    REQUIRE(log.records.size() == 3);
    CHECK(log.records[0].kind == 1);
    CHECK(*log.records[0].payload == payload);
    CHECK(log.records[1].payload->empty());
    CHECK(log.records[2].term == 7);
}

TEST_CASE("one step does its parts in order", "[storage][log]") {
    const TemporaryFolder folder;
    const auto log = opened(folder.path());
    log->write({.append = {record(1, 1, "a"), record(2, 1, "b"), record(3, 2, "c"), record(4, 2, "d")}});
    const auto now = [&] { return summary(log->load()); };

    SECTION("a conflict: truncate, then append") {
        log->write({.vote = VoteRecord{3, 1}, .truncate_from = 3, .append = {record(3, 3, "x")}});
        CHECK(now() == "3/1 @0:0 1:1:a 2:1:b 3:3:x ");
    }
    SECTION("to truncate above the end is nothing") {
        log->write({.truncate_from = 5, .append = {record(5, 2, "e")}});
        CHECK(now() == "0/0 @0:0 1:1:a 2:1:b 3:2:c 4:2:d 5:2:e ");
    }
    SECTION("compaction keeps the term of what it erased last") {
        log->write({.append = {record(5, 3, "e")}, .compact_to = 3});
        CHECK(now() == "0/0 @3:2 4:2:d 5:3:e ");
        log->write({.compact_to = 2}); // done already
        CHECK(now() == "0/0 @3:2 4:2:d 5:3:e ");
    }
    SECTION("a step may compact what it appends") {
        log->write({.append = {record(5, 3, "e"), record(6, 4, "f")}, .compact_to = 5});
        CHECK(now() == "0/0 @5:3 6:4:f ");
    }
    SECTION("everything can be compacted, and the log goes on behind it") {
        log->write({.compact_to = 4});
        append(*log, 5, 4, "e");
        CHECK(now() == "0/0 @4:2 5:4:e ");
    }
    SECTION("a reset starts behind a snapshot, above or below") {
        const std::uint64_t base = GENERATE(100u, 2u);
        log->write({.reset = LogWrite::Reset{base, 9}});
        append(*log, base + 1, 9, "z");
        const auto index = std::to_string(base);
        CHECK(now() == "0/0 @" + index + ":9 " + std::to_string(base + 1) + ":9:z ");
    }
    SECTION("metadata goes with the rest of a step") {
        log->write({.compact_to = 3, .metadata = "who counts"});
        CHECK(log->load().metadata == "who counts");
        log->write({.reset = LogWrite::Reset{100, 9}, .metadata = "who counts now"});
        CHECK(log->load().metadata == "who counts now");
        log->write({.vote = VoteRecord{7, 1}});
        CHECK(log->load().metadata == "who counts now");
    }
}

TEST_CASE("a reopened log goes on where it ended", "[storage][log]") {
    const TemporaryFolder folder;
    opened(folder.path())->write({.reset = LogWrite::Reset{10, 2}});
    append(*opened(folder.path()), 11, 3, "a");
    append(*opened(folder.path()), 12, 3, "b");
    CHECK(contents(folder.path()) == "0/0 @10:2 11:3:a 12:3:b ");
}

TEST_CASE("to inspect a log changes nothing", "[storage][log]") {
    const TemporaryFolder folder;
    append(*opened(folder.path()), 1, 1, "a");
    std::filesystem::resize_file(segment(folder.path(), 2), small_segment + 100); // as if it had grown
    const auto before = read_file(segment(folder.path(), 1));
    CHECK(contents(folder.path()) == "0/0 @0:0 1:1:a ");
    CHECK(contents(folder.path()) == "0/0 @0:0 1:1:a ");
    CHECK(read_file(segment(folder.path(), 1)) == before);
    CHECK(std::filesystem::file_size(segment(folder.path(), 2)) == small_segment + 100);
    CHECK_THROWS_WITH(inspect_log((folder.path() / "none").string()), Contains("none/log"));
}
