#include <bookstore/storage/state_store.hpp>

#include <catch2/catch.hpp>

#include "unit/storage/files_fixture.hpp"
#include "unit/storage/shelf_machine.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;
using Rows = std::vector<base::Row>;

namespace {

/// What the tables were in version 1: books without stock, and no sales.
constexpr std::array old_book_columns{book_columns[0], book_columns[1]};
constexpr std::array old_tables{base::Table{"book", old_book_columns}};

void make_old(const std::filesystem::path& directory) {
    const auto store = open_sqlite_state(directory.string(), old_tables, 1);
    apply(*store, {{RowChange::Kind::put, 0, {std::int64_t{1}, std::string("one")}}}, {5, 2});
}

std::string migrate(int from) {
    if (from == 1) return "ALTER TABLE book ADD COLUMN stock INTEGER NOT NULL DEFAULT 5";
    return "CREATE TABLE sale(key TEXT PRIMARY KEY NOT NULL, \"order\" INTEGER NOT NULL) STRICT, WITHOUT "
           "ROWID";
}

std::string version_of(const std::filesystem::path& directory) {
    return Shell(directory / "state.db").run("PRAGMA user_version");
}

} // namespace

TEST_CASE("an old schema is migrated step by step, and its rows stay", "[storage][schema]") {
    const TemporaryFolder folder;
    make_old(folder.path());
    const auto store = open_sqlite_state(folder.string(), shelf_tables, 3, migrate);
    ShelfMachine machine;
    CHECK(store->load(machine).index == 5);
    CHECK(machine.books() == Rows{book(1, "one", 5)});
    apply(*store, {put_sale("k", 1)}, {6, 2});
    CHECK(version_of(folder.path()) == "3\n");
}

TEST_CASE("a new file gets the newest schema at once", "[storage][schema]") {
    const TemporaryFolder folder;
    const auto store = open_sqlite_state(folder.string(), shelf_tables, 3, migrate);
    CHECK(version_of(folder.path()) == "3\n");
}

TEST_CASE("a step that fails leaves the version before it whole", "[storage][schema]") {
    const TemporaryFolder folder;
    make_old(folder.path());
    const auto broken = [](int from) {
        return from == 1 ? migrate(1) : std::string("CREATE TABLE x(a); nonsense");
    };
    CHECK_THROWS_WITH(open_sqlite_state(folder.string(), shelf_tables, 3, broken),
                      Contains("state.db: migrate from schema version 2: ") && Contains("nonsense"));
    CHECK(version_of(folder.path()) == "2\n");
    CHECK(Shell(folder.path() / "state.db").run("SELECT count(*) FROM sqlite_schema WHERE name = 'x'") ==
          "0\n");
    CHECK_NOTHROW(open_sqlite_state(folder.string(), shelf_tables, 3, migrate));
}

TEST_CASE("an old schema without a way forward is refused", "[storage][schema]") {
    const TemporaryFolder folder;
    make_old(folder.path());
    CHECK_THROWS_WITH(open_sqlite_state(folder.string(), shelf_tables, 3),
                      Contains("state.db: schema version 1 is too old for this program (3)"));
}

TEST_CASE("a newer schema is refused and left as it is", "[storage][schema]") {
    const TemporaryFolder folder;
    {
        const auto store = open_sqlite_state(folder.string(), shelf_tables, 2);
    }
    const std::string before = read_file(folder.path() / "state.db");
    CHECK_THROWS_WITH(open_sqlite_state(folder.string(), shelf_tables, 1),
                      Contains("state.db: schema version 2 is newer than this program knows (1)"));
    CHECK(read_file(folder.path() / "state.db") == before);
}

TEST_CASE("tables that differ without a new version are refused, and shown", "[storage][schema]") {
    const TemporaryFolder folder;
    make_old(folder.path());
    CHECK_THROWS_WITH(
        open_sqlite_state(folder.string(), shelf_tables, 1),
        Contains("table book has columns (\"id\" INTEGER, \"title\" TEXT) where this program needs") &&
            Contains("\"stock\" INTEGER"));
}
