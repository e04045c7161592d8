// A snapshot becomes the state: built beside the old one, put in its place at one moment.
#include "storage/state_schema.hpp"
#include "storage/succeed.hpp"
#include "unit/storage/faulty_disk.hpp"
#include "unit/storage/snapshot_folder.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;
using Rows = std::vector<base::Row>;

TEST_CASE("an empty state goes as any other", "[storage][snapshot]") {
    const TemporaryFolder folder;
    const auto bytes = Folder(folder.path() / "source").make();
    Folder target(folder.path() / "target");
    apply(*target.state, {put_book(1, "other", 1)}, {10, 1});
    CHECK(target.install(bytes).index == 0);
    CHECK(Content(*target.state).machine.books().empty());
}

TEST_CASE("what was built of a snapshot survives a power cut before it takes the state's place",
          "[storage][snapshot][crash]") {
    FaultyDisk disk;
    const TemporaryFolder folder;
    const std::string snapshot = small_snapshot(folder.path() / "source");
    Folder target(folder.path() / "target");
    target.receive(snapshot);
    target.build();
    disk.power_cut(target.directory, folder.path() / "after");
    appoint_successor(StateFiles(folder.path() / "after"));
    const auto after = open_sqlite_state((folder.path() / "after").string(), shelf_tables);
    CHECK(Content(*after).position.index == 7);
    CHECK(Content(*after).machine.books() == small_books);
}

TEST_CASE("a reader of the old state does not hold up its replacement", "[storage][snapshot]") {
    const TemporaryFolder folder;
    const std::string snapshot = small_snapshot(folder.path() / "source");
    Folder target(folder.path() / "target");
    apply(*target.state, {put_book(9, "before", 9)}, {2, 1});
    Shell reader(target.directory / "state.db");
    reader.run("BEGIN; SELECT * FROM book");
    CHECK(target.install(snapshot).index == 7);
    CHECK(reader.run("SELECT count(*) FROM book") == "1\n"); // it goes on seeing what it saw
    CHECK(Content(*target.state).machine.books() == small_books);
}

TEST_CASE("a crash at any moment of an installation leaves the old state or the new one, whole",
          "[storage][snapshot][crash]") {
    const TemporaryFolder folder;
    const std::string snapshot = small_snapshot(folder.path() / "source");
    const auto copy = folder.path() / "copy";
    {
        Folder target(folder.path() / "target");
        apply(*target.state, {put_book(9, "mine", 9)}, {2, 1}); // in the write-ahead log alone
        target.receive(snapshot);
        target.build();
        kill_copy(target.directory, copy);
    }
    const StateFiles files(copy);
    REQUIRE(std::filesystem::exists(files.building));
    REQUIRE(std::filesystem::file_size(files.current.string() + "-wal") > 0);
    const auto content = [&] { return Content(*open_sqlite_state(copy.string(), shelf_tables)); };

    SECTION("before it is appointed") {
        CHECK(content().position.index == 2);
        CHECK(content().machine.books() == Rows{book(9, "mine", 9)});
        Folder again(copy);
        CHECK_FALSE(std::filesystem::exists(files.building)); // what was built is built anew
        CHECK(again.snapshots->resume("a") == snapshot.size());
        again.build();
        CHECK(again.state->install().index == 7);
    }
    SECTION("after it is appointed") {
        appoint_successor(files); // and the old log beside it
        SECTION("when the old log has gone") {
            std::filesystem::remove(files.current.string() + "-wal");
        }
        SECTION("when it is in place") {
            succeed(files);
        }
        CHECK(content().position.index == 7);
        CHECK(content().machine.books() == small_books);
        CHECK_FALSE(std::filesystem::exists(files.next));
    }
}

TEST_CASE("after an install the state is written and checkpointed as before", "[storage][snapshot]") {
    FaultyDisk disk;
    const TemporaryFolder folder;
    const auto snapshot = small_snapshot(folder.path() / "source");
    Folder target(folder.path() / "target");
    target.install(snapshot);
    const int before = disk.syncs();
    apply(*target.state, {put_book(1, "one", 4)}, {8, 3});
    apply(*target.state, {put_book(1, "one", 3)}, {9, 3});
    CHECK(disk.syncs() - before <= 1);
    CHECK(target.state->checkpoint().index == 9);
    CHECK(Content(*target.state).machine.books() == Rows{book(-2, "", 0), book(1, "one", 3)});
}

TEST_CASE("a damaged snapshot is refused and nothing is changed", "[storage][snapshot][damage]") {
    const TemporaryFolder folder;
    const std::string whole = small_snapshot(folder.path() / "source");
    Folder target(folder.path() / "target");
    apply(*target.state, {put_book(9, "mine", 9)}, {2, 1});

    for (std::size_t at = 20; at < whole.size(); at += 7) {
        CAPTURE(at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        target.receive(damaged);
        CHECK_THROWS_WITH(target.build(), Contains("snapshot.received: damaged: "));
        target.snapshots->drop_received();
        target.receive(whole.substr(0, at));
        CHECK_THROWS_WITH(target.build(), Contains("snapshot.received: damaged: it is cut off"));
        target.snapshots->drop_received();
    }
    CHECK(Content(*target.state).machine.books() == Rows{book(9, "mine", 9)});
    CHECK_NOTHROW(apply(*target.state, {put_book(10, "still written", 1)}, {3, 1}));
    CHECK(target.install(whole).index == 7);
}

TEST_CASE("a snapshot of other tables is refused", "[storage][snapshot]") {
    static constexpr std::array renamed_columns{book_columns[0], base::Column{"name", base::ColumnType::text},
                                                book_columns[2]};
    static constexpr std::array retyped_columns{book_columns[0], book_columns[1],
                                                base::Column{"stock", base::ColumnType::text}};
    static constexpr std::array fewer{shelf_tables[0]};
    static constexpr std::array renamed{base::Table{"book", renamed_columns}, shelf_tables[1]};
    static constexpr std::array retyped{base::Table{"book", retyped_columns}, shelf_tables[1]};
    static constexpr std::array other_name{base::Table{"volume", book_columns}, shelf_tables[1]};
    const auto tables =
        GENERATE(std::span<const base::Table>(fewer), std::span<const base::Table>(renamed),
                 std::span<const base::Table>(retyped), std::span<const base::Table>(other_name));
    const TemporaryFolder folder;
    const std::string snapshot = small_snapshot(folder.path() / "source");
    Folder target(folder.path() / "target", tables);
    target.receive(snapshot);
    CHECK_THROWS_WITH(target.build(), Contains("snapshot.received: of other tables than this program's"));
}
