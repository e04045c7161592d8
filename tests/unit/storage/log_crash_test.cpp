// Where a crash may leave a log, and where it cannot have.
#include <random>

#include <catch2/catch.hpp>

#include "unit/storage/log_fixture.hpp"

using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

constexpr std::size_t sector = 512;

/// A log before and after its last step, which is in `file` at [from, to).
struct LastStep {
    TemporaryFolder folder;
    std::filesystem::path file;
    std::string before, after; ///< the whole file
    std::size_t from = 0, to = 0;
    std::string old_contents, new_contents;

    explicit LastStep(const LogWrite& step, std::size_t filler = 300) {
        auto log = open_small(folder.path());
        log->load();
        log->write({.vote = VoteRecord{1, 2}, .append = {record(1, 1, "first"), record(2, 1, "second")}});
        log->write({.append = {record(3, 1, std::string(filler, 'x'))}, .metadata = "members"});
        const auto segments = [&] {
            std::map<std::filesystem::path, std::string> files;
            for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "log"))
                if (entry.path().extension() == ".log") files[entry.path()] = read_file(entry.path());
            return files;
        };
        old_contents = summary(log->load()); // ... waits for the spare
        const auto files_before = segments();
        log->write(step);
        new_contents = summary(log->load());
        log.reset();
        for (const auto& [path, bytes] : segments())
            if (const auto was = files_before.find(path); was != files_before.end() && was->second != bytes) {
                file = path;
                before = was->second;
                after = bytes;
            }
        REQUIRE_FALSE(file.empty());
        before.resize(std::max(before.size(), after.size()), '\0');
        while (before[from] == after[from])
            ++from;
        to = after.size();
        while (before[to - 1] == after[to - 1])
            --to;
        copy_ = folder.path() / "copy";
    }

    /// What a start makes of the log with `bytes` in place of the file.
    std::string start_with(const std::string& bytes) {
        kill_copy_of_log(folder.path(), copy_);
        // A later spare was made only after the step.
        for (const auto number : list_segments(copy_ / "log"))
            if (segment_path(copy_ / "log", number).filename() > file.filename() && file_is_first_step())
                std::filesystem::remove(segment_path(copy_ / "log", number));
        write_file(copy_ / "log" / file.filename(), bytes);
        try {
            auto log = open_small(copy_);
            auto loaded = log->load();
            auto found = summary(loaded);
            // It goes on, and what it writes then is as good as ever.
            const auto next = loaded.base_index + loaded.records.size() + 1;
            append(*log, next, 5, "next");
            log.reset();
            loaded = inspect_log(copy_.string());
            REQUIRE(loaded.records.back().index == next);
            loaded.records.pop_back();
            REQUIRE(summary(loaded) == found);
            return found;
        } catch (const Damaged&) {
            return "damaged";
        }
    }

private:
    bool file_is_first_step() const { return from == segment_header_bytes; }
    std::filesystem::path copy_;
};

LogWrite several_sectors() {
    return {.vote = VoteRecord{3, 1},
            .truncate_from = 3,
            .append = {record(3, 3, std::string(900, 'y')), record(4, 3, std::string(800, 'z'))},
            .compact_to = 1,
            .metadata = "new members"};
}

} // namespace

TEST_CASE("of a step that was cut off nothing is left, wherever it was cut", "[storage][log][crash]") {
    const auto filler = GENERATE(300u, 3'500u); // in the same segment, and in the next
    LastStep last(several_sectors(), filler);
    for (auto cut = last.from; cut < last.to; ++cut) {
        const auto bytes = last.after.substr(0, cut) + last.before.substr(cut);
        INFO("cut at " << cut << " of " << last.from << " to " << last.to);
        REQUIRE(last.start_with(bytes) == last.old_contents);
    }
    CHECK(last.start_with(last.after) == last.new_contents);
}

TEST_CASE("a step is there whole or not at all, whichever sectors reached the disk",
          "[storage][log][crash]") {
    const auto filler = GENERATE(300u, 3'500u);
    LastStep last(several_sectors(), filler);
    std::mt19937 dice(7);
    for (int round = 0; round < 300; ++round) {
        std::string bytes = last.after;
        for (std::size_t at = 0; at < bytes.size(); at += sector)
            if (dice() % 2 == 0) bytes.replace(at, sector, last.before.substr(at, sector));
        const auto found = last.start_with(bytes);
        REQUIRE((found == last.old_contents || found == last.new_contents));
        REQUIRE((found == last.new_contents) == (bytes == last.after));
    }
}

TEST_CASE("no crash makes a file shorter: one that was cut short is damaged", "[storage][log][crash]") {
    LastStep last(several_sectors());
    for (std::size_t length = 0; length < last.after.size(); length += 7)
        REQUIRE(last.start_with(last.after.substr(0, length)) == "damaged");
    CHECK(last.start_with(last.after) == last.new_contents);
}

TEST_CASE("garbage in place of the last step is damage and not a crash", "[storage][log][crash]") {
    LastStep last(several_sectors());
    std::mt19937 dice(7);
    for (auto cut = last.from; cut < last.to; cut += 3) {
        std::string bytes = last.after;
        for (auto at = cut; at < last.to; ++at)
            bytes[at] = static_cast<char>(1 + dice() % 255);
        REQUIRE(last.start_with(bytes) == "damaged");
    }
}

TEST_CASE("the crash of a process takes nothing that was written", "[storage][log][crash]") {
    const TemporaryFolder folder;
    const auto log = open_small(folder.path());
    log->load();
    for (std::uint64_t i = 1; i <= 40; ++i) {
        append(*log, i, 1, std::string(300, 'x'));
        const auto copy = folder.path() / std::to_string(i);
        kill_copy_of_log(folder.path(), copy);
        CHECK(inspect_log(copy.string()).records.size() == i);
    }
}

TEST_CASE("a power cut takes nothing whose write has returned", "[storage][log][crash]") {
    FaultyCalls disk;
    const TemporaryFolder folder;
    const auto log = open_small(folder.path(), disk);
    log->load();
    const auto copy = folder.path() / "copy";
    for (std::uint64_t i = 1; i <= 60; ++i) {
        log->write({.vote = VoteRecord{i, 1},
                    .append = {record(i, i, std::string(i * 30, 'x'))},
                    .compact_to = i / 2});
        disk.power_cut(folder.path(), copy);
        const auto loaded = inspect_log(copy.string());
        REQUIRE(loaded.base_index == i / 2);
        REQUIRE(loaded.base_index + loaded.records.size() == i);
        REQUIRE(loaded.vote.term == i);
    }
    log->write({.metadata = "members"});
    disk.power_cut(folder.path(), copy);
    CHECK(inspect_log(copy.string()).metadata == "members");
}

TEST_CASE("a step is one write and one sync", "[storage][log]") {
    FaultyCalls disk;
    const TemporaryFolder folder;
    const auto log = open_log(folder.path(), {.segment_bytes = 1u << 20, .calls = &disk});
    log->load();
    append(*log, 1, 1, "a");
    log->load(); // the spare is made
    const auto writes = disk.writes();
    const auto syncs = disk.syncs();
    log->write({.vote = VoteRecord{2, 1}, .append = {record(2, 2, "b"), record(3, 2, "c")}, .metadata = "m"});
    CHECK(disk.writes() == writes + 1);
    CHECK(disk.syncs() == syncs + 1);
}

TEST_CASE("what a dead process had not synced is durable once it counts", "[storage][log][fault]") {
    FaultyCalls disk;
    const TemporaryFolder folder;
    const auto survived = folder.path() / "survived";
    {
        const auto log = open_small(folder.path(), disk);
        log->load();
        append(*log, 1, 1, "a");
        log->load(); // the spare is made
        disk.fail_syncs(true);
        CHECK_THROWS(append(*log, 2, 1, "b"));
        kill_copy_of_log(folder.path(), survived);
        std::filesystem::remove(segment(survived, 2));
        disk.fail_syncs(false);
    }
    // The entry is in the files as the kernel has them. So it is loaded, and will be acknowledged.
    const auto writes = disk.writes();
    const auto log = open_small(survived, disk);
    REQUIRE(summary(log->load()) == "0/0 @0:0 1:1:a 2:1:b ");
    CHECK(disk.writes() == writes + 1); // a page that failed to be written would not be written by a sync
    disk.power_cut(survived, folder.path() / "after");
    CHECK(contents(folder.path() / "after") == "0/0 @0:0 1:1:a 2:1:b ");
}
