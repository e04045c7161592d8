// A disk that fails or is full, and directories that the log must not touch.
#include <algorithm>
#include <vector>

#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "unit/storage/log_fixture.hpp"

using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

TEST_CASE("a failed write or sync is final: every further write is refused", "[storage][log][fault]") {
    FaultyCalls disk;
    const TemporaryFolder folder;
    const auto log = open_small(folder.path(), disk);
    log->load();
    append(*log, 1, 1, "a");
    log->load(); // the spare is made
    SECTION("sync") {
        disk.fail_syncs(true);
        CHECK_THROWS_WITH(append(*log, 2, 1, "b"), Contains("0000000001.log: sync: Input/output error"));
    }
    SECTION("write") {
        disk.fail_writes(true);
        CHECK_THROWS_WITH(append(*log, 2, 1, "b"), Contains("0000000001.log: write: Input/output error"));
    }
    disk.fail_syncs(false); // the disk says it is well again, and is not believed
    disk.fail_writes(false);
    const auto syncs = disk.syncs();
    CHECK_THROWS_WITH(append(*log, 2, 1, "b"), Contains("/log: write refused after an earlier failure: ") &&
                                                   Contains("0000000001.log: "));
    CHECK_THROWS_WITH(log->write({.metadata = "m"}), Contains("refused"));
    CHECK_THROWS_WITH(log->load(), Contains("refused"));
    CHECK(disk.syncs() == syncs);
}

TEST_CASE("a full disk is final too", "[storage][log][fault]") {
    const TemporaryFolder folder;
    const auto log = open_small(folder.path());
    log->load();
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
    CHECK_THAT(failure, Contains(".log: write: File too large"));
    CHECK_THROWS_WITH(append(*log, 2, 1, "b"), Contains("refused"));
    kill_copy_of_log(folder.path(), folder.path() / "after");
    CHECK(contents(folder.path() / "after") == "0/0 @0:0 1:1:a ");
}

TEST_CASE("without room for another segment the log grows the one it has", "[storage][log][fault]") {
    FaultyCalls disk;
    const TemporaryFolder folder;
    std::uint64_t last = 0;
    {
        const auto log = open_small(folder.path(), disk);
        log->load();
        disk.leave_no_room(true);
        while (last < 20)
            append(*log, ++last, 1, std::string(300, 'x'));
        CHECK(std::filesystem::file_size(segment(folder.path(), 1)) > small_segment);
        CHECK(list_segments(folder.path() / "log").size() == 1);
        disk.leave_no_room(false);
        while (last < 40)
            append(*log, ++last, 1, std::string(300, 'x'));
    }
    CHECK(list_segments(folder.path() / "log").size() > 2);
    CHECK(inspect_log(folder.string()).records.size() == 40);
}

TEST_CASE("a log that cannot be begun says so", "[storage][log][fault]") {
    const TemporaryFolder folder;
    const auto log = open_small(folder.path());
    {
        const FileSizeLimit full(100);
        CHECK_THROWS_WITH(log->load(), Contains("0000000001.log.new: ") && Contains("File too large"));
    }
    CHECK(list_segments(folder.path() / "log").empty());
    CHECK(summary(log->load()) == "0/0 @0:0 ");
}

TEST_CASE("what a crash left of a segment that was being made is removed", "[storage][log][crash]") {
    const TemporaryFolder folder;
    const auto unfinished = folder.path() / "log" / "0000000001.log.new";
    std::filesystem::create_directory(folder.path() / "log");
    write_file(unfinished, std::string(100, '\0'));
    const auto log = open_small(folder.path());
    CHECK(summary(log->load()) == "0/0 @0:0 ");
    CHECK_FALSE(std::filesystem::exists(unfinished));
}

TEST_CASE("a second store is locked out", "[storage][log]") {
    const TemporaryFolder folder;
    const auto log = open_small(folder.path());
    CHECK_THROWS_WITH(open_small(folder.path()), Contains(folder.string() + ": used by another process"));
    const auto child = ::fork();
    if (child == 0) {
        try {
            open_small(folder.path());
        } catch (const std::runtime_error&) {
            ::_exit(0);
        }
        ::_exit(1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("the log of an earlier format is refused and left alone", "[storage][log]") {
    const TemporaryFolder folder;
    write_file(folder.path() / "log.db", "SQLite format 3");
    const std::string message = "log.db: the log of an earlier format";
    CHECK_THROWS_WITH(open_log(folder.string()), Contains(message) && Contains("empty data directory"));
    CHECK_THROWS_WITH(inspect_log(folder.string()), Contains(message));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "log"));
    CHECK(read_file(folder.path() / "log.db") == "SQLite format 3");
}

TEST_CASE("a missing directory is named", "[storage][log]") {
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(open_log((folder.path() / "none").string()), Contains("open ") && Contains("/none"));
}

TEST_CASE("compaction gives the space back", "[storage][log]") {
    const TemporaryFolder folder;
    const auto log = open_small(folder.path());
    log->load();
    std::size_t most = 0;
    for (std::uint64_t i = 1; i <= 300; ++i) {
        log->write({.append = {record(i, 1, std::string(300, 'x'))}, .compact_to = i > 20 ? i - 20 : 0});
        most = std::max(most, list_segments(folder.path() / "log").size());
    }
    CHECK(most <= 7); // 20 entries are two or three; one in front, a spare, and what is about to be removed
    log->load();
    CHECK(list_segments(folder.path() / "log").size() <= 5);
}

TEST_CASE("a step is durable, whether or not there is a thread for the next segment",
          "[storage][log][fault]") {
    FaultyCalls disk;
    const TemporaryFolder folder;
    {
        const auto log = open_small(folder.path(), disk);
        log->load();
        disk.use_threads(FaultyCalls::Threads::none);
        for (std::uint64_t i = 1; i <= 30; ++i)
            append(*log, i, 1, std::string(300, 'x'));
        CHECK(list_segments(folder.path() / "log").size() == 1);
        disk.use_threads(FaultyCalls::Threads::at_once);
        for (std::uint64_t i = 31; i <= 60; ++i)
            append(*log, i, 1, std::string(300, 'x'));
        CHECK(list_segments(folder.path() / "log").size() > 2);
        // What is to be removed is not forgotten either.
        disk.use_threads(FaultyCalls::Threads::none);
        log->write({.compact_to = 55});
        CHECK(list_segments(folder.path() / "log").front() == 1);
        CHECK_NOTHROW(log->scrub(100'000));
        disk.use_threads(FaultyCalls::Threads::at_once);
        append(*log, 61, 1, "y");
        CHECK(list_segments(folder.path() / "log").front() > 1);
    }
    CHECK(inspect_log(folder.string()).records.size() == 6);
}

TEST_CASE("nobody waits for a segment that is being made", "[storage][log]") {
    /// The work is not done before it is asked about, and never then.
    struct Slow final : QuickCalls {
        std::future<bool> beside(std::function<bool()>) override { return made.get_future(); }
        std::promise<bool> made;
    } calls;
    const TemporaryFolder folder;
    {
        const auto log = open_log(folder.path(), {.segment_bytes = small_segment, .calls = &calls});
        log->load();
        for (std::uint64_t i = 1; i <= 30; ++i)
            append(*log, i, 1, std::string(300, 'x'));
        CHECK(std::filesystem::file_size(segment(folder.path(), 1)) > small_segment);
        calls.made.set_value(false);
    }
    CHECK(inspect_log(folder.string()).records.size() == 30);
}

TEST_CASE("a start makes the log's own name durable, whoever made the folder", "[storage][log][crash]") {
    struct Folders final : QuickCalls {
        int sync(int fd) override {
            synced.push_back(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)));
            return 0;
        }
        std::vector<std::filesystem::path> synced;
    } calls;
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "log"); // and killed
    open_log(folder.path(), {.segment_bytes = small_segment, .calls = &calls})->load();
    CHECK(std::count(calls.synced.begin(), calls.synced.end(), folder.path()) == 1);
}

TEST_CASE("a segment whose name cannot be made durable is not kept", "[storage][log][fault]") {
    struct FolderFails final : QuickCalls {
        int sync(int fd) override {
            struct stat info{};
            if (::fstat(fd, &info) == 0 && !S_ISDIR(info.st_mode)) return 0;
            errno = EIO;
            return -1;
        }
    } calls;
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(make_segment(folder.path(), 1, small_segment, calls), Contains("sync: "));
    CHECK(std::filesystem::is_empty(folder.path()));
}
