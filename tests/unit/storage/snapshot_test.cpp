#include <bookstore/storage/state_store.hpp>

#include <catch2/catch.hpp>

#include "unit/storage/faulty_disk.hpp"
#include "unit/storage/files_fixture.hpp"
#include "unit/storage/shelf_machine.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;
using Rows = std::vector<base::Row>;

namespace {

std::unique_ptr<StateStore> open(const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    return open_sqlite_state(directory.string(), shelf_tables);
}

std::string small_snapshot(const std::filesystem::path& directory) {
    const auto store = open(directory);
    apply(*store, {put_book(1, "one", 5), put_book(-2, "", 0), put_sale("k", 1)}, {7, 3});
    return store->snapshot();
}

} // namespace

TEST_CASE("a snapshot carries the whole state to another replica", "[storage][snapshot]") {
    const TemporaryFolder folder;
    const auto source = open(folder.path() / "source");
    std::vector<base::RowChange> changes;
    for (int i = 1; i <= 1'000; ++i) {
        changes.push_back(put_book(i, "title " + std::to_string(i), i));
        changes.push_back(put_sale("key-" + std::to_string(i), i));
    }
    apply(*source, changes, {7'000, 3});
    const auto target = open(folder.path() / "target");
    apply(*target, {put_book(1, "other", 1), put_book(5'000, "gone after", 1), put_sale("gone", 1)}, {10, 1});

    const auto position = target->install(source->snapshot());
    CHECK(position.index == 7'000);
    CHECK(position.term == 3);
    ShelfMachine theirs;
    ShelfMachine ours;
    source->load(theirs);
    CHECK(target->load(ours).index == 7'000);
    CHECK(ours.books() == theirs.books());
    CHECK(ours.sales() == theirs.sales());
    CHECK(ours.digest() == theirs.digest());
}

TEST_CASE("equal states give equal snapshots, whatever their history", "[storage][snapshot]") {
    const TemporaryFolder folder;
    const auto a = open(folder.path() / "a");
    const auto b = open(folder.path() / "b");
    apply(*a, {put_book(1, "one", 5), put_book(2, "two", 5), put_sale("x", 1), put_sale("y", 2)}, {4, 1});
    apply(*b, {put_sale("y", 2), put_book(2, "old", 1), put_book(3, "three", 1)}, {2, 1});
    apply(*b, {put_sale("x", 1), put_book(2, "two", 5), put_book(1, "one", 5), erase_book(3)}, {4, 1});
    CHECK(a->snapshot() == b->snapshot());
}

TEST_CASE("an installed snapshot survives a power cut", "[storage][snapshot][crash]") {
    FaultyDisk disk;
    const TemporaryFolder folder;
    const std::string snapshot = small_snapshot(folder.path() / "source");
    const auto directory = folder.path() / "target";
    const auto target = open(directory);

    SECTION("by itself") {
        CHECK(target->install(snapshot).index == 7);
    }
    SECTION("also while a reader holds up the checkpoint") {
        apply(*target, {put_book(9, "before", 9)}, {2, 1});
        Shell reader(directory / "state.db");
        reader.run("BEGIN; SELECT * FROM book");
        CHECK(target->checkpoint().index ==
              0); // from here on a checkpoint finds nothing to move, and syncs nothing
        CHECK(target->install(snapshot).index == 7);
    }
    disk.power_cut(directory, folder.path() / "after");
    ShelfMachine machine;
    CHECK(open(folder.path() / "after")->load(machine).index == 7);
    CHECK(machine.books() == Rows{book(-2, "", 0), book(1, "one", 5)});
}

TEST_CASE("after an install the state is written and checkpointed as before", "[storage][snapshot]") {
    FaultyDisk disk;
    const TemporaryFolder folder;
    const auto target = open(folder.path() / "target");
    target->install(small_snapshot(folder.path() / "source"));
    const int before = disk.syncs();
    apply(*target, {put_book(1, "one", 4)}, {8, 3});
    apply(*target, {put_book(1, "one", 3)}, {9, 3});
    CHECK(disk.syncs() - before <= 1); // not one a batch: the install's full syncing has ended with it
    CHECK(target->checkpoint().index == 9);
}

TEST_CASE("a damaged snapshot is refused and nothing is changed", "[storage][snapshot][damage]") {
    const TemporaryFolder folder;
    const std::string whole = small_snapshot(folder.path() / "source");
    const auto target = open(folder.path() / "target");
    apply(*target, {put_book(9, "mine", 9)}, {2, 1});
    const std::string before = target->snapshot();

    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        CHECK_THROWS_WITH(target->install(damaged), Contains("snapshot: "));
        CHECK_THROWS_WITH(target->install(whole.substr(0, at)), Contains("snapshot: "));
    }
    CHECK_THROWS_WITH(target->install(whole + "x"), Contains("snapshot: "));
    CHECK(target->snapshot() == before);
    CHECK_NOTHROW(apply(*target, {put_book(10, "still written", 1)}, {3, 1}));
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
    const auto target = open_sqlite_state(folder.string(), tables);
    CHECK_THROWS_WITH(target->install(snapshot), "snapshot: of other tables than this program's");
}
