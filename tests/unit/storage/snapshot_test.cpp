// A state goes from one replica to another: made while it changes, received in pieces, put in place at one
// moment.
#include <bookstore/storage/snapshot_store.hpp>

#include <algorithm>

#include <catch2/catch.hpp>

#include "storage/state_schema.hpp"
#include "storage/succeed.hpp"
#include "unit/storage/faulty_disk.hpp"
#include "unit/storage/files_fixture.hpp"
#include "unit/storage/shelf_machine.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;
using Rows = std::vector<base::Row>;

namespace {

/// One replica's folder, open.
struct Folder {
    explicit Folder(std::filesystem::path path, std::span<const base::Table> tables = shelf_tables)
        : directory(std::move(path)) {
        std::filesystem::create_directories(directory);
        state = open_sqlite_state(directory.string(), tables);
        snapshots = open_sqlite_snapshots(directory.string(), tables);
    }

    /// All steps; gives the bytes.
    std::string make() {
        auto made = snapshots->make();
        for (steps = 1; !made.complete; ++steps)
            made = snapshots->make();
        summary = made.summary;
        return snapshots->read_made(0, summary.bytes + 1);
    }
    void receive(const std::string& bytes, const std::string& label = "a") {
        CHECK(snapshots->resume(label) == 0);
        for (std::size_t at = 0; at < bytes.size(); at += 100'000)
            snapshots->append(std::string_view(bytes).substr(at, 100'000));
    }
    SnapshotSummary build() {
        auto built = snapshots->build();
        for (steps = 1; !built.complete; ++steps)
            built = snapshots->build();
        return built.summary;
    }
    StateStore::Position install(const std::string& bytes) {
        receive(bytes);
        build();
        return state->install();
    }

    std::filesystem::path directory;
    std::unique_ptr<StateStore> state;
    std::unique_ptr<SnapshotStore> snapshots;
    SnapshotSummary summary;
    int steps = 0;
};

struct Content {
    Content(StateStore& store) : position(store.load(machine)) {} // NOLINT(google-explicit-constructor)
    ShelfMachine machine;
    StateStore::Position position;
};

void fill_large(StateStore& store) {
    std::vector<base::RowChange> changes;
    for (int i = 1; i <= 4'000; ++i) {
        changes.push_back(put_book(i, "title " + std::to_string(i) + std::string(1'000, 'x'), i));
        changes.push_back(put_sale("key-" + std::to_string(i), i));
    }
    apply(store, changes, {7'000, 3});
}

std::string small_snapshot(const std::filesystem::path& directory) {
    Folder source(directory);
    apply(*source.state, {put_book(1, "one", 5), put_book(-2, "", 0), put_sale("k", 1)}, {7, 3});
    return source.make();
}
const Rows small_books{book(-2, "", 0), book(1, "one", 5)};

} // namespace

TEST_CASE("a snapshot carries the whole state to another replica, in steps", "[storage][snapshot]") {
    const TemporaryFolder folder;
    Folder source(folder.path() / "source");
    fill_large(*source.state);
    Folder target(folder.path() / "target");
    apply(*target.state, {put_book(1, "other", 1), put_book(5'000, "gone after", 1), put_sale("gone", 1)},
          {10, 1});

    const auto bytes = source.make();
    CHECK(source.steps > 3);
    CHECK(source.summary.bytes == bytes.size());
    CHECK(source.snapshots->read_made(bytes.size() - 10, 100) == bytes.substr(bytes.size() - 10));
    target.receive(bytes);
    const auto built = target.build();
    CHECK(target.steps > 3);
    CHECK(built.checksum == source.summary.checksum);
    CHECK(Content(*target.state).position.index == 10); // not yet
    const auto position = target.state->install();
    CHECK(position.index == 7'000);
    CHECK(position.term == 3);
    const Content theirs(*source.state);
    const Content ours(*target.state);
    CHECK(ours.position.index == 7'000);
    CHECK(ours.machine.books() == theirs.machine.books());
    CHECK(ours.machine.sales() == theirs.machine.sales());
    CHECK(built.digest == ours.machine.digest());

    ShelfMachine filled;
    std::size_t most = 0;
    while (const auto rows = target.snapshots->next_rows()) {
        most = std::max(most, rows->size());
        for (const auto& [table, row] : *rows)
            filled.load(table, row);
    }
    CHECK(filled.books() == ours.machine.books());
    CHECK(filled.sales() == ours.machine.sales());
    CHECK(most < 8'000);
    target.snapshots->drop_received();
    source.snapshots->drop_made();
    for (const auto& gone : {target.directory / "snapshot.received", source.directory / "snapshot.made"})
        CHECK_FALSE(std::filesystem::exists(gone));
}

TEST_CASE("equal states give equal snapshots, whatever their history", "[storage][snapshot]") {
    const TemporaryFolder folder;
    Folder a(folder.path() / "a");
    Folder b(folder.path() / "b");
    apply(*a.state, {put_book(1, "one", 5), put_book(2, "two", 5), put_sale("x", 1), put_sale("y", 2)},
          {4, 1});
    apply(*b.state, {put_sale("y", 2), put_book(2, "old", 1), put_book(3, "three", 1)}, {2, 1});
    apply(*b.state, {put_sale("x", 1), put_book(2, "two", 5), put_book(1, "one", 5), erase_book(3)}, {4, 1});
    CHECK(a.make() == b.make());
}

TEST_CASE("an empty state goes as any other", "[storage][snapshot]") {
    const TemporaryFolder folder;
    const auto bytes = Folder(folder.path() / "source").make();
    Folder target(folder.path() / "target");
    apply(*target.state, {put_book(1, "other", 1)}, {10, 1});
    CHECK(target.install(bytes).index == 0);
    CHECK(Content(*target.state).machine.books().empty());
}

TEST_CASE("a state may change while a snapshot of it is made, which is of one version all the same",
          "[storage][snapshot]") {
    const TemporaryFolder folder;
    Folder source(folder.path() / "source");
    fill_large(*source.state);
    CHECK(source.state->checkpoint().index == 7'000);
    CHECK(source.snapshots->make().summary.position.index == 7'000);
    apply(*source.state, {put_book(3'999, "changed", 0), erase_book(1)}, {7'001, 3});
    CHECK(source.state->checkpoint().index == 7'000); // held up: promises nothing new
    const auto bytes = source.make();
    CHECK(source.summary.position.index == 7'000);
    CHECK(source.state->checkpoint().index == 7'001);
    Folder target(folder.path() / "target");
    target.install(bytes);
    CHECK(Content(*target.state).machine.books().size() == 4'000);
    CHECK(Content(*source.state).machine.books().size() == 3'999);
}

TEST_CASE("a snapshot that is given up half-way holds nothing up, and leaves nothing",
          "[storage][snapshot]") {
    const TemporaryFolder folder;
    Folder source(folder.path() / "source");
    fill_large(*source.state);
    CHECK_FALSE(source.snapshots->make().complete);
    source.snapshots->drop_made();
    CHECK_FALSE(std::filesystem::exists(source.directory / "snapshot.made"));
    CHECK(source.state->checkpoint().index == 7'000);
}

TEST_CASE("rows that are not what was stored get into no snapshot", "[storage][snapshot][damage]") {
    const TemporaryFolder folder;
    Folder source(folder.path() / "source");
    fill_large(*source.state);
    Shell(source.directory / "state.db").run("UPDATE book SET stock = 9 WHERE id = 17");
    CHECK_THROWS_WITH(source.make(), Contains("they do not add up to the digest stored with it"));
    source.snapshots->drop_made();
    CHECK_FALSE(std::filesystem::exists(source.directory / "snapshot.made"));
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

TEST_CASE("what has come of a snapshot outlives the process, and is told by its label",
          "[storage][snapshot][crash]") {
    const TemporaryFolder folder;
    const std::string whole = small_snapshot(folder.path() / "source");
    const auto directory = folder.path() / "target";
    {
        Folder target(directory);
        CHECK(target.snapshots->resume("a") == 0);
        target.snapshots->append(whole.substr(0, 50));
        CHECK(target.snapshots->resume("a") == 50);
    }
    Folder target(directory);
    SECTION("the same goes on") {
        CHECK(target.snapshots->resume("a") == 50);
        target.snapshots->append(whole.substr(50));
        target.build();
        CHECK(target.state->install().index == 7);
    }
    SECTION("another begins anew") {
        CHECK(target.snapshots->resume("b") == 0);
        CHECK(target.snapshots->resume("a") == 0);
    }
    SECTION("a file that was cut off in its label begins anew") {
        write_file(directory / "snapshot.received", "\x01");
        CHECK(target.snapshots->resume("a") == 0);
    }
}

TEST_CASE("a disk that is full while a snapshot comes is named, and what fitted is kept",
          "[storage][snapshot][fault]") {
    const TemporaryFolder folder;
    Folder target(folder.path() / "target");
    CHECK(target.snapshots->resume("a") == 0);
    {
        const FileSizeLimit full(100'000);
        target.snapshots->append(std::string(60'000, 'x'));
        CHECK_THROWS_WITH(target.snapshots->append(std::string(60'000, 'x')),
                          Contains("snapshot.received: write: File too large"));
    }
    const auto there = target.snapshots->resume("a");
    CHECK(there >= 60'000);
    CHECK(there < 120'000);
}

TEST_CASE("what an earlier life has left of snapshots is removed", "[storage][snapshot]") {
    const TemporaryFolder folder;
    {
        Folder former(folder.path());
        fill_large(*former.state);
        former.make();
    }
    write_file(folder.path() / "state.db.new", "half");
    REQUIRE(std::filesystem::exists(folder.path() / "snapshot.made"));
    const Folder next(folder.path());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "snapshot.made"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "state.db.new"));
    CHECK(Content(*next.state).position.index == 7'000);
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
