#include <bookstore/offline/verify.hpp>

#include <catch2/catch.hpp>

#include <bookstore/storage/data_directory.hpp>

#include "unit/offline/shop_folder.hpp"
#include "unit/storage/files_fixture.hpp"

namespace bookstore::offline {
namespace {

using Catch::Contains;
using storage::test::read_file;
using storage::test::Shell;
using storage::test::TemporaryFolder;
using storage::test::write_file;

/// The texts of what is damaged, a line each.
std::string damage_in(const std::filesystem::path& directory) {
    std::string all;
    for (const Finding& finding : verify_directory(directory).findings)
        if (finding.result == Finding::Result::damaged) all += finding.file + ": " + finding.text + "\n";
    return all;
}

void flip(const std::filesystem::path& file, const std::string& at) {
    std::string bytes = read_file(file);
    const auto found = bytes.find(at);
    REQUIRE(found != std::string::npos);
    bytes[found] = static_cast<char>(bytes[found] ^ 1);
    write_file(file, bytes);
}

} // namespace

TEST_CASE("a directory in order is clean, all of it or one group", "[offline][verify]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    for (const auto& given : {folder.path(), folder.path() / "catalog", folder.path() / "catalog/"}) {
        const auto verification = verify_directory(given);
        CHECK_FALSE(verification.damaged());
        REQUIRE(verification.findings.size() == 4);
        CHECK_THAT(verification.findings[0].text, Contains("2 entries, 3 to 4"));
        CHECK_THAT(verification.findings[2].text, Contains("version 3, digest "));
    }
}

TEST_CASE("a check changes nothing", "[offline][verify]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    const auto state = read_file(folder.path() / "catalog/state.db");
    Shell(folder.path() / "catalog/state.db").run("UPDATE books SET cost = 1");
    const auto spoilt = read_file(folder.path() / "catalog/state.db");
    REQUIRE(spoilt != state);
    verify_directory(folder.path());
    CHECK(read_file(folder.path() / "catalog/state.db") == spoilt);
}

TEST_CASE("a replica killed between two states is as sound as the new one", "[offline][verify]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    const auto state = folder.path() / "catalog/state.db";
    std::filesystem::rename(state, state.string() + ".next"); // what took its place was under way
    write_file(state, "of before, and without its write-ahead log");
    CHECK_FALSE(verify_directory(folder.path()).damaged());
}

TEST_CASE("a flipped bit is found in the log and in the state", "[offline][verify]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    SECTION("of an entry") {
        flip(folder.path() / "catalog/log/0000000001.log", "the last entry");
        CHECK_THAT(damage_in(folder.path()), Contains("entries 3 to 4") && Contains("Remove nothing"));
    }
    SECTION("of a row that can be no book") {
        Shell(folder.path() / "catalog/state.db").run("UPDATE books SET stock = 4 WHERE id = 1");
        CHECK_THAT(damage_in(folder.path()), Contains("state.db") && Contains("from the others"));
    }
    SECTION("of a page") {
        std::string bytes = read_file(folder.path() / "catalog/state.db");
        const auto page = bytes.find("A title long enough") / 2048 * 2048;
        bytes[page] = static_cast<char>(bytes[page] ^ 0x55);
        write_file(folder.path() / "catalog/state.db", bytes);
        CHECK_THAT(damage_in(folder.path()), Contains("state.db"));
    }
}

TEST_CASE("a file that is missing is damage", "[offline][verify]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    SECTION("the log") {
        std::filesystem::remove_all(folder.path() / "catalog/log");
        CHECK_THAT(damage_in(folder.path()), Contains("log: is missing"));
        CHECK_FALSE(std::filesystem::exists(folder.path() / "catalog/log"));
    }
    SECTION("the state") {
        std::filesystem::remove(folder.path() / "catalog/state.db");
        CHECK_THAT(damage_in(folder.path()), Contains("state.db: is missing"));
        CHECK_FALSE(std::filesystem::exists(folder.path() / "catalog/state.db"));
    }
}

TEST_CASE("log and state that do not belong together are told", "[offline][verify]") {
    const TemporaryFolder folder;
    fill_catalog(folder.path());
    const auto change_log = [&](const storage::LogWrite& write) {
        const auto log = storage::open_log((folder.path() / "catalog").string());
        log->load();
        log->write(write);
    };
    SECTION("the log begins behind the state") {
        change_log({.compact_to = 4});
        CHECK_THAT(damage_in(folder.path()), Contains("the log begins behind 4"));
    }
    SECTION("the log ends before it, which a start mends") {
        change_log({.truncate_from = 3});
        CHECK(damage_in(folder.path()).empty());
        const auto verification = verify_directory(folder.path());
        CHECK(verification.findings.back().result == Finding::Result::noted);
    }
}

TEST_CASE("a directory in use, or with nothing of ours, is refused", "[offline][verify]") {
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(verify_directory(folder.path()), Contains("neither a data directory"));
    CHECK_THROWS_WITH(verify_directory(folder.path() / "nowhere"), Contains("neither a data directory"));
    fill_catalog(folder.path());
    const storage::DataDirectory process(folder.path());
    CHECK_THROWS_WITH(verify_directory(folder.path()), Contains("used by process"));
    CHECK_THROWS_WITH(verify_directory(folder.path() / "catalog"), Contains("used by process"));
}

} // namespace bookstore::offline
