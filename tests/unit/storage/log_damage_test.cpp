// Bytes of the log that change at rest: named, or without meaning. Never misread.
#include <catch2/catch.hpp>

#include "unit/storage/log_at_rest.hpp"

using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

std::string what_is_wrong(const std::filesystem::path& directory) {
    try {
        inspect_log(directory.string());
        return "nothing";
    } catch (const Damaged& damage) {
        return damage.what();
    }
}

} // namespace

TEST_CASE("a flipped bit is found, wherever it is, or says nothing", "[storage][log][damage]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto all = contents(folder.path());
    std::size_t found = 0;
    for (unsigned number = 1; number <= 4; ++number) {
        const auto file = segment(folder.path(), number);
        const std::string before = read_file(file);
        const auto used = before.find_last_not_of('\0') + 1;
        // Beyond the last step one place is as good as the next.
        for (std::size_t at = 0; at < before.size(); at += at < used ? 1 : 97) {
            INFO("segment " << number << " offset " << at << " of " << used);
            std::string bytes = before;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
            write_file(file, bytes);
            const auto wrong = what_is_wrong(folder.path());
            if (wrong == "nothing")
                REQUIRE(contents(folder.path()) == all);
            else
                ++found;
            // In a step nothing is without meaning.
            REQUIRE((wrong != "nothing" || at >= used));
        }
        write_file(file, before);
    }
    CHECK(found > 8'000);
}

TEST_CASE("damage is named", "[storage][log][damage]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto offset_of = [&](unsigned number, const std::string& text) {
        const auto at = read_file(segment(folder.path(), number)).find(text);
        REQUIRE(at != std::string::npos);
        return at;
    };
    SECTION("a payload in the middle") {
        flip(segment(folder.path(), 1), offset_of(1, "ccccc"));
        CHECK_THAT(
            what_is_wrong(folder.path()),
            Contains("log/0000000001.log: damaged: at offset ") &&
                Contains("where step 3 belongs, there is step 3 (entries 2 to 2), which does not match "
                         "its checksum, but 0000000002.log begins with step "));
    }
    SECTION("a payload in the last segment") {
        flip(segment(folder.path(), 3), offset_of(3, "ppppp"));
        CHECK_THAT(what_is_wrong(folder.path()), Contains("0000000003.log: damaged: ") &&
                                                     Contains("(entries 15 to 15), which does not match "
                                                              "its checksum, and step ") &&
                                                     Contains(" behind it"));
    }
    SECTION("the last step") {
        flip(segment(folder.path(), 3), offset_of(3, "the last"));
        CHECK_THAT(what_is_wrong(folder.path()),
                   Contains("0000000003.log: damaged: ") &&
                       Contains("there is step 17 (entries 16 to 16), which does not match its checksum"));
    }
    SECTION("a header") {
        flip(segment(folder.path(), 2), 52);
        CHECK_THAT(
            what_is_wrong(folder.path()),
            Contains("0000000002.log: damaged: at offset 32 there is no step, though segments follow it"));
    }
    SECTION("a segment in the middle is missing") {
        std::filesystem::remove(segment(folder.path(), 2));
        CHECK_THAT(what_is_wrong(folder.path()),
                   Contains("0000000002.log: damaged: missing, and with it entries 1 to "));
    }
    SECTION("the first segment is missing") {
        std::filesystem::remove(segment(folder.path(), 1));
        CHECK_THAT(what_is_wrong(folder.path()),
                   Contains("0000000001.log: damaged: missing, and with it entries 1 to "));
    }
    SECTION("the last one is missing, and the spare is there") {
        std::filesystem::remove(segment(folder.path(), 3));
        CHECK_THAT(what_is_wrong(folder.path()),
                   Contains("0000000003.log: damaged: missing, though the one after it is there"));
    }
    SECTION("a whole segment of zeros") {
        write_file(segment(folder.path(), 2), std::string(small_segment, '\0'));
        CHECK_THAT(what_is_wrong(folder.path()),
                   Contains("0000000002.log: damaged: at offset 0 there is no header of a segment"));
    }
    SECTION("all steps of a segment are zeros") {
        auto bytes = read_file(segment(folder.path(), 2)).substr(0, segment_header_bytes);
        write_file(segment(folder.path(), 2), bytes + std::string(small_segment - bytes.size(), '\0'));
        CHECK_THAT(
            what_is_wrong(folder.path()),
            Contains("0000000002.log: damaged: at offset 32 there is nothing, though segments follow"));
    }
    SECTION("a segment under another name") {
        std::filesystem::copy_file(segment(folder.path(), 1), segment(folder.path(), 2),
                                   std::filesystem::copy_options::overwrite_existing);
        CHECK_THAT(what_is_wrong(folder.path()), Contains("0000000002.log: damaged: it is segment 1"));
    }
    SECTION("the number of the format") {
        flip(segment(folder.path(), 1), 3);
        CHECK_THAT(what_is_wrong(folder.path()), Contains("no header of a segment"));
    }
    SECTION("the number of a step's format") {
        flip(segment(folder.path(), 1), segment_header_bytes + 3);
        CHECK_THAT(what_is_wrong(folder.path()), Contains("at offset 32 there is no step, though"));
    }
    SECTION("a segment, used or spare, was cut short") {
        const unsigned number = GENERATE(1u, 2u, 3u, 4u);
        const auto length = GENERATE(0u, 10u, 32u, 100u, 3'000u, 4'095u);
        std::filesystem::resize_file(segment(folder.path(), number), length);
        CHECK_THAT(what_is_wrong(folder.path()),
                   Contains("000000000" + std::to_string(number) + ".log: damaged: ") &&
                       (length < 32 ? Contains("no header") : Contains("cut short: it was made 4096 bytes")));
        const auto log = open_small(folder.path());
        CHECK_THROWS_AS(log->load(), Damaged);
    }
    SECTION("somebody else's file") {
        for (unsigned number = 2; number <= 4; ++number)
            std::filesystem::remove(segment(folder.path(), number));
        write_file(segment(folder.path(), 1), std::string(10'000, '?'));
        CHECK_THAT(what_is_wrong(folder.path()),
                   Contains("0000000001.log: damaged: at offset 0 there is no header of a segment"));
    }
}

TEST_CASE("a segment of the same log at another time does not fit", "[storage][log][damage]") {
    const TemporaryFolder folder;
    const auto make = [&](const std::string& name, char letter) {
        const auto path = folder.path() / name;
        std::filesystem::create_directory(path);
        const auto log = open_small(path);
        log->load();
        for (std::uint64_t i = 1; i <= 12; ++i)
            append(*log, i, 1, std::string(900, letter)); // as many steps, of the same lengths
        log->load();
        return path;
    };
    const auto one = make("one", 'a');
    const auto other = make("other", 'b');
    std::filesystem::copy_file(segment(other, 2), segment(one, 2),
                               std::filesystem::copy_options::overwrite_existing);
    CHECK_THAT(what_is_wrong(one),
               Contains("0000000001.log: damaged: ") && Contains("but 0000000002.log begins with step "));
}

TEST_CASE("segments that are not needed may be missing", "[storage][log]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto kept = folder.path() / "kept";
    kill_copy_of_log(folder.path(), kept);
    {
        const auto log = open_small(folder.path());
        log->load();
        log->write({.compact_to = 13});
        log->load();
        CHECK(list_segments(folder.path() / "log").front() == 3);
    }
    const auto all = contents(folder.path());
    // A power cut has brought one back, and not the other.
    std::filesystem::copy_file(segment(kept, 1), segment(folder.path(), 1));
    CHECK(contents(folder.path()) == all);
    const auto log = open_small(folder.path());
    CHECK(summary(log->load()) == all);
    CHECK_FALSE(std::filesystem::exists(segment(folder.path(), 1)));
}

TEST_CASE("a damaged log is refused with what to do about it, and may be set aside",
          "[storage][log][damage]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    flip(segment(folder.path(), 1), 100);
    const auto log = open_small(folder.path());
    CHECK_THROWS_AS(log->load(), Damaged);
    CHECK_THROWS_WITH(log->load(), Contains("0000000001.log: damaged: ") && Contains("under its old name"));
    const std::string kept = log->set_aside();
    CHECK_THAT(kept, Contains("log.damaged-"));
    CHECK(list_segments(kept).size() == 4);
    CHECK(summary(log->load()) == "0/0 @0:0 ");
    append(*log, 1, 1, "a");
    CHECK(summary(log->load()) == "0/0 @0:0 1:1:a ");
}

TEST_CASE("a disk that cannot be read says nothing about the bytes", "[storage][log][damage]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    // The one read error of the kernel's that there is without a broken disk.
    std::filesystem::remove(segment(folder.path(), 3));
    std::filesystem::create_directory(segment(folder.path(), 3));
    CHECK_THROWS_AS(inspect_log(folder.string()), std::system_error);
    CHECK_THROWS_WITH(inspect_log(folder.string()),
                      Contains("0000000003.log: read at offset 0: Is a directory"));
    const auto log = open_small(folder.path());
    CHECK_THROWS_AS(log->load(), std::system_error);
}

TEST_CASE("of logs set aside the latest that held anything is kept", "[storage][log][damage]") {
    const TemporaryFolder folder;
    make_log(folder.path());
    const auto kept = [&] {
        std::vector<std::filesystem::path> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
            if (entry.path().filename().string().starts_with("log.damaged-")) found.push_back(entry.path());
        REQUIRE(found.size() == 1);
        return found.front();
    };
    const auto log = open_small(folder.path());
    log->load();
    const auto good = log->set_aside();
    CHECK(kept() == good);
    const auto bytes = read_file(std::filesystem::path(good) / "0000000001.log");

    // The one that took its place has but a name when it is damaged in its turn.
    log->load();
    log->write({.vote = VoteRecord{1, 2}, .metadata = "a name"});
    CHECK(log->set_aside() == good);
    CHECK(kept() == good);
    CHECK(read_file(kept() / "0000000001.log") == bytes);

    log->load();
    append(*log, 1, 1, "a");
    const auto later = log->set_aside();
    CHECK(later != good);
    CHECK(kept() == later);
}
