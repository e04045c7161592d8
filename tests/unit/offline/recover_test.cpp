#include <bookstore/offline/recover.hpp>

#include <functional>

#include <catch2/catch.hpp>

#include <bookstore/offline/verify.hpp>
#include <bookstore/storage/data_directory.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include "unit/offline/shop_folder.hpp"
#include "unit/storage/files_fixture.hpp"

namespace bookstore::offline {
namespace {

using Catch::Contains;
using storage::test::TemporaryFolder;

void change_identity(const std::filesystem::path& data,
                     const std::function<void(replication::Identity&)>& how) {
    const auto log = storage::open_log((data / "catalog").string());
    auto identity = replication::decode_identity(log->load().metadata);
    REQUIRE(identity.has_value());
    how(*identity);
    storage::LogWrite write;
    write.metadata = replication::encode(*identity);
    log->write(write);
}

} // namespace

TEST_CASE("what a disk has is shown, and it becomes the one member of its group", "[offline][recover]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    Recovery recovery(folder.path(), "");
    const Survivor before = recovery.survivor();
    CHECK(before.group == "catalog");
    CHECK(before.node == "0000000000000100");
    CHECK(before.slots == 3);
    CHECK(before.generation == 0);
    CHECK(before.last_index == 4);
    CHECK(before.version == 3);
    CHECK(before.voters.size() == 3);
    CHECK(before.majority() == 2);
    CHECK(before.votes());
    CHECK(before.written > std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));

    const Survivor after = recovery.recover();
    CHECK(after.generation == 1);
    CHECK(after.slot == 0);
    CHECK(after.node != before.node);
    CHECK(after.last_index == 5); // who counts now; all before it is kept
    CHECK(after.last_term > before.vote_term);
    REQUIRE(after.voters.size() == 1);
    CHECK(after.voters[0].node == after.node);
}

TEST_CASE("a recovered directory is sound, and may be recovered again", "[offline][recover]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    Recovery(folder.path(), "").recover();
    CHECK_FALSE(verify_directory(folder.path()).damaged());
    Recovery again(folder.path(), "catalog");
    CHECK(again.survivor().voters.size() == 1);
    CHECK(again.recover().generation == 2);
}

TEST_CASE("a majority is counted in voters, each once", "[offline][recover]") {
    Survivor one, guest, other;
    one.node = "a", guest.node = "g", other.node = "b";
    one.voters = {{"a", 0}, {"b", 1}, {"c", 2}};
    CHECK(one.voters_among({}) == 1);
    CHECK(one.voters_among({guest, one}) == 1);
    CHECK(one.voters_among({guest, other, other}) == 2);
}

TEST_CASE("of two disks the one to go on with has the later term, or in it the longer log",
          "[offline][recover]") {
    Survivor one, other;
    one.last_term = 3, one.last_index = 7;
    other.last_term = 2, other.last_index = 90;
    CHECK(one.has_more_than(other));
    CHECK_FALSE(other.has_more_than(one));
    other.last_term = 3;
    CHECK(other.has_more_than(one));
    one.generation = 1;
    CHECK(one.has_more_than(other));
    CHECK_FALSE(one.has_more_than(one));
}

TEST_CASE("what cannot be recovered is refused, and left as it is", "[offline][recover]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    const auto refusal = [&](const std::string& group = "") -> std::string {
        try {
            Recovery recovery(folder.path(), group);
            return "none";
        } catch (const std::runtime_error& refused) {
            return refused.what();
        }
    };
    SECTION("another group") {
        CHECK_THAT(refusal("order"), Contains("no member of the order group"));
    }
    SECTION("two, and no word which") {
        std::filesystem::copy(folder.path() / "catalog", folder.path() / "order");
        CHECK_THAT(refusal(), Contains("--group="));
        CHECK(refusal("catalog") == "none");
    }
    SECTION("a process uses it") {
        const storage::DataDirectory process(folder.path());
        CHECK_THAT(refusal(), Contains("used by process"));
    }
    SECTION("it was removed") {
        change_identity(folder.path(), [](auto& identity) { identity.removed = true; });
        CHECK_THAT(refusal(), Contains("was removed from its group"));
    }
    SECTION("the group was recovered elsewhere") {
        change_identity(folder.path(), [](auto& identity) { identity.overtaken_by = 1; });
        CHECK_THAT(refusal(), Contains("refounded without this replica"));
    }
    SECTION("it never belonged to one") {
        change_identity(folder.path(), [](auto& identity) { identity.founders.clear(); });
        CHECK_THAT(refusal(), Contains("never belonged"));
    }
    SECTION("it is damaged") {
        storage::test::Shell(folder.path() / "catalog/state.db").run("UPDATE books SET stock = 4");
        CHECK_THAT(refusal(), Contains("damaged"));
    }
}

TEST_CASE("killed at any moment, a recovery has happened or it has not", "[offline][recover][crash]") {
    // The bytes that a write reaches the files with are limited: the process dies within it.
    bool happened = false, not_happened = false;
    for (rlim_t bytes = 16; bytes <= (1u << 30) && !(happened && not_happened); bytes *= 2) {
        const TemporaryFolder folder;
        fill_catalog(folder.path());
        const pid_t child = ::fork();
        if (child == 0) {
            Recovery recovery(folder.path(), "");
            const rlimit limit{bytes, bytes}; // SIGXFSZ kills
            ::setrlimit(RLIMIT_FSIZE, &limit);
            recovery.recover();
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK_FALSE(verify_directory(folder.path()).damaged());
        const auto generation = Recovery(folder.path(), "").survivor().generation;
        const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (ended) CHECK(generation == 1);
        (generation == 1 ? happened : not_happened) = true;
    }
    CHECK(happened);
    CHECK(not_happened);
}

} // namespace bookstore::offline
