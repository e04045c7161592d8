// A state on its way into a snapshot, and a snapshot on its way here: made while the state changes, received
// in pieces.
#include <algorithm>

#include "unit/storage/snapshot_folder.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

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
