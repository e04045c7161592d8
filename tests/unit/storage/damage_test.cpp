// Bytes that flip in the files at rest: named, and set aside or refused.
#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include <bookstore/storage/state_store.hpp>

#include "unit/storage/files_fixture.hpp"
#include "unit/storage/shelf_machine.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

constexpr std::size_t page = 2'048; ///< of SQLite, as state_schema.hpp has it

std::unique_ptr<StateStore> open_state(const std::filesystem::path& directory) {
    return open_sqlite_state(directory.string(), shelf_tables);
}

/// A state of some pages, closed.
void make_state(const std::filesystem::path& directory) {
    const auto store = open_state(directory);
    std::vector<RowChange> changes;
    for (std::int64_t id = 1; id <= 500; ++id)
        changes.push_back(put_book(id, "a title that takes some room " + std::to_string(id), 5));
    apply(*store, changes, {7, 1});
    store->checkpoint();
}

void overwrite(const std::filesystem::path& path, std::size_t from, std::size_t bytes) {
    std::string file = read_file(path);
    REQUIRE(file.size() >= from + bytes);
    std::transform(file.begin() + static_cast<std::ptrdiff_t>(from),
                   file.begin() + static_cast<std::ptrdiff_t>(from + bytes),
                   file.begin() + static_cast<std::ptrdiff_t>(from),
                   [](char c) { return static_cast<char>(c ^ 0x5a); });
    write_file(path, file);
}

/// Databases, without the logs beside them.
std::vector<std::filesystem::path> kept_in(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> kept;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().filename().string().starts_with("state.db.damaged-") &&
            !entry.path().string().ends_with("-wal"))
            kept.push_back(entry.path());
    return kept;
}

/// The machine refuses every row: an impossible one is among them.
struct Picky final : base::StateMachine {
    std::string apply(std::string_view, std::uint64_t) override { return {}; }
    base::RowChanges take_changes() override { return {}; }
    std::size_t changed_rows() const override { return 0; }
    std::shared_ptr<void> clear() override { return nullptr; }
    void load(std::uint8_t, const base::Row&) override { throw std::runtime_error("row 1: a stock below 0"); }
    std::span<const base::Table> tables() const override { return shelf_tables; }
    std::uint64_t digest() const override { return 0; }
    std::uint64_t recompute_digest() const override { return 0; }
};

} // namespace

TEST_CASE("a state with a flipped page is damaged, and begins anew", "[storage][state][damage]") {
    const TemporaryFolder folder;
    make_state(folder.path());
    const auto pages = std::filesystem::file_size(folder.path() / "state.db") / page;
    REQUIRE(pages > 6);
    // The header of the page that holds the first rows: every page behind the schema's has one.
    std::size_t at = 0;
    const std::string file = read_file(folder.path() / "state.db");
    at = file.find("a title that takes some room 1") / page * page;
    REQUIRE(at >= page);
    overwrite(folder.path() / "state.db", at, 8);
    const std::string damaged = read_file(folder.path() / "state.db");

    const auto store = open_state(folder.path());
    ShelfMachine machine;
    CHECK_THROWS_AS(store->load(machine), Damaged);
    const std::string kept = store->set_aside();
    CHECK(read_file(kept) == damaged);
    CHECK(store->load(machine).index == 0);
    CHECK(machine.books().empty());

    // It works as any other, and what was set aside stays one.
    apply(*store, {put_book(1, "one", 5)}, {8, 1});
    CHECK(store->load(machine).index == 8);
    CHECK(kept_in(folder.path()).size() == 1);
    store->set_aside();
    CHECK(kept_in(folder.path()).size() == 1);
}

TEST_CASE("a row that cannot be is damage, and named", "[storage][state][damage]") {
    const TemporaryFolder folder;
    make_state(folder.path());
    const auto store = open_state(folder.path());
    Picky machine;
    CHECK_THROWS_AS(store->load(machine), Damaged);
    CHECK_THROWS_WITH(store->load(machine), Contains("state.db: damaged: row 1: a stock below 0"));
}

TEST_CASE("a state that cannot even be opened is set aside at once", "[storage][state][damage]") {
    const TemporaryFolder folder;
    make_state(folder.path());
    SECTION("its first bytes") {
        overwrite(folder.path() / "state.db", 0, 16);
    }
    SECTION("its schema") {
        overwrite(folder.path() / "state.db", 100, 8);
    }
    SECTION("no word of its version") {
        Shell(folder.path() / "state.db").run("DELETE FROM applied_position");
    }
    SECTION("another version than it holds") {
        Shell(folder.path() / "state.db").run("UPDATE applied_position SET applied_index = 1000007");
    }
    SECTION("another term") {
        Shell(folder.path() / "state.db").run("UPDATE applied_position SET applied_term = 9");
    }
    SECTION("another digest") {
        Shell(folder.path() / "state.db").run("UPDATE applied_position SET digest = digest + 1");
    }
    const auto store = open_state(folder.path());
    ShelfMachine machine;
    CHECK(store->load(machine).index == 0);
    CHECK(machine.books().empty());
    CHECK_FALSE(kept_in(folder.path()).empty());
}

TEST_CASE("rows that are not those that were written are damage, though each of them could be",
          "[storage][state][damage]") {
    const TemporaryFolder folder;
    make_state(folder.path());
    const auto change = GENERATE("UPDATE book SET stock = 6 WHERE id = 250", "DELETE FROM book WHERE id = 7",
                                 "INSERT INTO sale VALUES('never made', 1)");
    Shell(folder.path() / "state.db").run(change);
    const auto store = open_state(folder.path());
    ShelfMachine machine;
    CHECK_THROWS_AS(store->load(machine), Damaged);
    CHECK_THROWS_WITH(store->load(machine), Contains("state.db: damaged: ") && Contains("of version 7"));
}

TEST_CASE("a state of an earlier format is refused, not misread", "[storage][state]") {
    const TemporaryFolder folder;
    make_state(folder.path());
    Shell(folder.path() / "state.db").run("ALTER TABLE applied_position DROP COLUMN digest");
    CHECK_THROWS_WITH(open_state(folder.path()),
                      Contains("table applied_position has columns") && Contains("where this program needs"));
}

TEST_CASE("a damaged state takes its write-ahead log along", "[storage][state][damage]") {
    const TemporaryFolder folder;
    const auto copy = folder.path() / "killed";
    {
        const auto store = open_state(folder.path());
        apply(*store, {put_book(1, "one", 5)}, {7, 1});
        kill_copy(folder.path(), copy);
    }
    REQUIRE(std::filesystem::file_size(copy / "state.db-wal") > 0);
    const auto store = open_state(copy);
    const std::string kept = store->set_aside();
    CHECK(std::filesystem::exists(kept + "-wal"));
    ShelfMachine machine;
    CHECK(store->load(machine).index == 0);
    CHECK(Shell(kept).run("SELECT title FROM book") == "one\n");
}
