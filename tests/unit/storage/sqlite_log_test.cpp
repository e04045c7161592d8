#include <bookstore/storage/log_store.hpp>

#include <catch2/catch.hpp>

#include "unit/storage/faulty_disk.hpp"
#include "unit/storage/files_fixture.hpp"

using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

LogRecord record(std::uint64_t index, std::uint64_t term, std::string payload) {
    return {index, term, 1, std::make_shared<const std::string>(std::move(payload))};
}

void append(LogStore& log, std::uint64_t index, std::uint64_t term, const std::string& payload) {
    log.write({.append = {record(index, term, payload)}});
}

/// "3:1:c 4:2:d" for the records 3 (term 1, payload c) and 4.
std::string summary(const LoadedLog& log) {
    std::string text;
    for (const LogRecord& r : log.records)
        text += (text.empty() ? "" : " ") + std::to_string(r.index) + ":" + std::to_string(r.term) + ":" +
                *r.payload;
    return text;
}

LoadedLog load(const std::filesystem::path& directory) {
    return open_sqlite_log(directory.string())->load();
}

/// A log of three entries in term 1, closed.
void make_log(const std::filesystem::path& directory) {
    const auto log = open_sqlite_log(directory.string());
    log->write(
        {.vote = VoteRecord{1, 2},
         .append = {record(1, 1, "first payload"), record(2, 1, "second payload"), record(3, 1, "third")}});
}

} // namespace

TEST_CASE("a new log is empty", "[storage][log]") {
    const TemporaryFolder folder;
    const auto log = load(folder.path());
    CHECK(log.vote.term == 0);
    CHECK(log.vote.vote == 0);
    CHECK(log.base_index == 0);
    CHECK(log.records.empty());
    CHECK(log.metadata.empty());
}

TEST_CASE("everything written is there after reopening", "[storage][log]") {
    const TemporaryFolder folder;
    const std::string payload("\0binary\xff", 8);
    const std::uint64_t vote = 0xfedc'ba98'7654'3210; // an identity may use all 64 bits
    {
        const auto log = open_sqlite_log(folder.string());
        log->write({.vote = VoteRecord{7, vote}, .append = {record(1, 6, payload), record(2, 7, "")}});
        log->write_metadata(std::string("members\0", 8));
        append(*log, 3, 7, "c");
    }
    const auto log = load(folder.path());
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
    const auto log = open_sqlite_log(folder.string());
    log->write({.append = {record(1, 1, "a"), record(2, 1, "b"), record(3, 2, "c"), record(4, 2, "d")}});

    SECTION("a conflict: truncate, then append") {
        log->write({.vote = VoteRecord{3, 1}, .truncate_from = 3, .append = {record(3, 3, "x")}});
        CHECK(summary(log->load()) == "1:1:a 2:1:b 3:3:x");
        CHECK(log->load().vote.term == 3);
    }
    SECTION("to truncate above the end is nothing") {
        log->write({.truncate_from = 5, .append = {record(5, 2, "e")}});
        CHECK(log->load().records.size() == 5);
    }
    SECTION("compaction keeps the term of what it erased last") {
        log->write({.append = {record(5, 3, "e")}, .compact_to = 3});
        const auto loaded = log->load();
        CHECK(summary(loaded) == "4:2:d 5:3:e");
        CHECK(loaded.base_index == 3);
        CHECK(loaded.base_term == 2);
        log->write({.compact_to = 2}); // done already
        CHECK(log->load().base_index == 3);
    }
    SECTION("everything can be compacted, and the log goes on behind it") {
        log->write({.compact_to = 4});
        append(*log, 5, 4, "e");
        CHECK(summary(log->load()) == "5:4:e");
        CHECK(log->load().base_term == 2);
    }
    SECTION("a reset starts behind a snapshot") {
        log->write({.reset = LogWrite::Reset{100, 9}});
        append(*log, 101, 9, "z");
        const auto loaded = log->load();
        CHECK(summary(loaded) == "101:9:z");
        CHECK(loaded.base_index == 100);
        CHECK(loaded.base_term == 9);
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
    open_sqlite_log(folder.string())->write({.reset = LogWrite::Reset{10, 2}});
    append(*open_sqlite_log(folder.string()), 11, 3, "a");
    append(*open_sqlite_log(folder.string()), 12, 3, "b");
    CHECK(summary(load(folder.path())) == "11:3:a 12:3:b");
}

TEST_CASE("kill -9 takes nothing that was written", "[storage][log][crash]") {
    const TemporaryFolder folder;
    const auto log = open_sqlite_log((folder.path()).string());
    for (std::uint64_t i = 1; i <= 10; ++i) {
        append(*log, i, 1, "x");
        const auto copy = folder.path() / std::to_string(i);
        kill_copy(folder.path(), copy);
        CHECK(load(copy).records.size() == i);
    }
}

TEST_CASE("a power cut takes nothing whose write has returned", "[storage][log][crash]") {
    FaultyDisk disk;
    const TemporaryFolder folder;
    const auto log = open_sqlite_log(folder.string());
    const std::string large(700'000, 'x'); // every few writes the write-ahead log is moved and starts anew
    for (std::uint64_t i = 1; i <= 15; ++i) {
        log->write({.vote = VoteRecord{i, 1}, .append = {record(i, i, large)}});
        const auto copy = folder.path() / std::to_string(i);
        disk.power_cut(folder.path(), copy);
        const auto loaded = load(copy);
        REQUIRE(loaded.records.size() == i);
        REQUIRE(loaded.vote.term == i);
        std::filesystem::remove_all(copy);
    }
    log->write_metadata("members");
    disk.power_cut(folder.path(), folder.path() / "after");
    CHECK(load(folder.path() / "after").metadata == "members");
}

TEST_CASE("a failed sync is final: the write throws and every further one is refused",
          "[storage][log][fault]") {
    FaultyDisk disk;
    const TemporaryFolder folder;
    const auto log = open_sqlite_log(folder.string());
    append(*log, 1, 1, "a");
    disk.fail_syncs(true);
    CHECK_THROWS_WITH(append(*log, 2, 1, "b"), Contains("log.db") && Contains("disk I/O error"));
    disk.fail_syncs(false); // the disk says it is well again, and is not believed
    CHECK_THROWS_WITH(append(*log, 2, 1, "b"), Contains("log.db: write refused after an earlier failure: ") &&
                                                   Contains("disk I/O error"));
    CHECK_THROWS_WITH(log->write_metadata("m"), Contains("refused"));
}

TEST_CASE("what a dead process had not synced is durable once it counts", "[storage][log][fault]") {
    FaultyDisk disk;
    const TemporaryFolder folder;
    const auto survived = folder.path() / "survived";
    {
        const auto log = open_sqlite_log(folder.string());
        append(*log, 1, 1, "a");
        disk.fail_syncs(true);
        CHECK_THROWS(append(*log, 2, 1, "b"));
        kill_copy(folder.path(), survived);
        disk.fail_syncs(false);
    }
    // The entry is in the files as the kernel has them. So it is loaded, and will be acknowledged.
    const auto log = open_sqlite_log(survived.string());
    REQUIRE(summary(log->load()) == "1:1:a 2:1:b");
    disk.power_cut(survived, folder.path() / "after");
    CHECK(summary(load(folder.path() / "after")) == "1:1:a 2:1:b");
}

TEST_CASE("a full disk is final too", "[storage][log][fault]") {
    const TemporaryFolder folder;
    const auto log = open_sqlite_log(folder.string());
    append(*log, 1, 1, "a");
    std::string failure;
    {
        const FileSizeLimit full(200'000);
        try {
            append(*log, 2, 1, std::string(1'000'000, 'x'));
        } catch (const std::runtime_error& e) {
            failure = e.what();
        }
    }
    CHECK_THAT(failure, Contains("log.db: "));
    CHECK_THROWS_WITH(append(*log, 2, 1, "b"), Contains("refused"));
    kill_copy(folder.path(), folder.path() / "after");
    CHECK(summary(load(folder.path() / "after")) == "1:1:a");
}

TEST_CASE("a flipped bit in a payload is found and named", "[storage][log][damage]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    std::string file = read_file(folder.path() / "log.db");
    const auto at = file.find("second payload");
    REQUIRE(at != std::string::npos);
    file[at] = static_cast<char>(file[at] ^ 1);
    write_file(folder.path() / "log.db", file);
    CHECK_THROWS_WITH(load(folder.path()), Contains("log.db: damaged: entry 2 does not match its checksum"));
}

TEST_CASE("every other damage to the log is found as well", "[storage][log][damage]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto [sql, message] = GENERATE(table<std::string, std::string>({
        {"DELETE FROM log WHERE idx = 2", "entry 2 is missing, the next one there is 3"},
        {"DELETE FROM log WHERE idx = 1", "entry 1 is missing, the next one there is 2"},
        {"UPDATE log SET term = 2 WHERE idx = 3", "entry 3 does not match its checksum"},
        {"UPDATE log SET kind = 0 WHERE idx = 1", "entry 1 does not match its checksum"},
        {"UPDATE meta SET vote = 3", "term and vote are missing or do not match their checksum"},
        {"UPDATE meta SET metadata = x'00'", "term and vote are missing or do not match their checksum"},
        {"DELETE FROM meta", "term and vote are missing or do not match their checksum"},
    }));
    Shell(folder.path() / "log.db").run(sql);
    CHECK_THROWS_WITH(load(folder.path()), Contains("log.db: damaged: " + message));
}

TEST_CASE("a file cut short is refused", "[storage][log][damage]") {
    const TemporaryFolder folder;
    {
        const auto log = open_sqlite_log(folder.string());
        for (std::uint64_t i = 1; i <= 100; ++i)
            append(*log, i, 1, std::string(1'000, 'x'));
    }
    const auto file = folder.path() / "log.db";
    const auto whole = std::filesystem::file_size(file);
    const auto length = GENERATE_COPY(whole / 2 / 4'096 * 4'096, whole - 1, std::uintmax_t{100});
    std::filesystem::resize_file(file, length);
    CHECK_THROWS_WITH(load(folder.path()), Contains("log.db: "));
}

TEST_CASE("a log of a newer program is refused and left as it is", "[storage][log]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    Shell(folder.path() / "log.db").run("PRAGMA user_version = 2");
    const std::string before = read_file(folder.path() / "log.db");
    CHECK_THROWS_WITH(open_sqlite_log(folder.string()),
                      Contains("log.db: schema version 2 is newer than this program knows (1)"));
    CHECK(read_file(folder.path() / "log.db") == before);
}

TEST_CASE("somebody else's file is refused", "[storage][log]") {
    const TemporaryFolder folder;
    SECTION("another database") {
        Shell(folder.path() / "log.db").run("CREATE TABLE photos(id)");
        CHECK_THROWS_WITH(open_sqlite_log(folder.string()), Contains("not made by bookstored"));
    }
    SECTION("no database at all") {
        write_file(folder.path() / "log.db", std::string(10'000, '?'));
        CHECK_THROWS_WITH(open_sqlite_log(folder.string()),
                          Contains("log.db: ") && Contains("not a database"));
    }
    SECTION("no such folder") {
        CHECK_THROWS_WITH(open_sqlite_log((folder.path() / "none").string()),
                          Contains("none/log.db: open: "));
    }
}

TEST_CASE("the write-ahead log stays bounded", "[storage][log]") {
    const TemporaryFolder folder;
    const auto log = open_sqlite_log(folder.string());
    std::uintmax_t largest = 0;
    for (std::uint64_t i = 1; i <= 150; ++i) {
        append(*log, i, 1, std::string(100'000, 'x'));
        largest = std::max(largest, std::filesystem::file_size(folder.path() / "log.db-wal"));
    }
    CHECK(largest < 4'500'000);
    CHECK(std::filesystem::file_size(folder.path() / "log.db") > 10'000'000);
}
