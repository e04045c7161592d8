// The rows of a state are verified at rest while it is in use.
#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include <bookstore/base/random.hpp>
#include <bookstore/storage/state_store.hpp>

#include "unit/storage/files_fixture.hpp"
#include "unit/storage/shelf_machine.hpp"

using namespace bookstore;
using namespace bookstore::storage;
using namespace bookstore::storage::test;
using Catch::Contains;

namespace {

constexpr std::size_t small_piece = 4'000; // some 256 rows here: the least that is read at a time

struct Shelf {
    Shelf() {
        for (std::int64_t id = 1; id <= 2'000; ++id)
            change({put_book(id, "a title of some length " + std::to_string(id), 5)});
        for (std::int64_t order = 1; order <= 2'000; ++order)
            change({put_sale("key " + std::to_string(order), order)});
        write();
        store->checkpoint();
    }
    void change(const std::vector<RowChange>& more) {
        for (const auto& one : more) {
            auto& row = rows[{one.table, one.row.front()}];
            if (!row.empty()) digest -= base::row_hash(one.table, row);
            const bool put = one.kind == RowChange::Kind::put;
            row = put ? one.row : base::Row{};
            if (put) digest += base::row_hash(one.table, row);
            changes.push_back(one);
        }
    }
    void write() {
        store->apply(listed(changes), {++index, 1}, digest);
        changes.clear();
    }
    /// Pieces until a walk has ended.
    std::size_t scrub() {
        for (std::size_t pieces = 1;; ++pieces)
            if (store->scrub(small_piece).whole) return pieces;
    }
    /// In the file, under the open store; and wherever a moved row has left it behind.
    void flip(const std::string& text) {
        std::string bytes = read_file(folder.path() / "state.db");
        auto at = bytes.find(text);
        REQUIRE(at != std::string::npos);
        for (; at != std::string::npos; at = bytes.find(text, at + 1))
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
        write_file(folder.path() / "state.db", bytes);
    }

    TemporaryFolder folder;
    std::unique_ptr<StateStore> store = open_sqlite_state(folder.string(), shelf_tables);
    std::map<std::pair<std::uint8_t, base::Value>, base::Row> rows;
    std::uint64_t digest = 0;
    std::uint64_t index = 0;
    std::vector<RowChange> changes;
};

} // namespace

TEST_CASE("a state that is right is walked through in pieces, again and again", "[storage][state][scrub]") {
    Shelf shelf;
    const auto pieces = shelf.scrub();
    CHECK(pieces >= 10);
    CHECK(shelf.scrub() == pieces);
    CHECK(shelf.store->scrub(100u << 20).whole); // as much as asked for
    const TemporaryFolder folder;
    CHECK(open_sqlite_state(folder.string(), shelf_tables)->scrub(small_piece).whole);
}

TEST_CASE("a walk is not misled by what changes behind it, before it and around it",
          "[storage][state][scrub]") {
    base::Random dice(GENERATE(1u, 2u, 3u));
    Shelf shelf;
    std::size_t pieces = 0;
    for (int walk = 0; walk < 5; ++walk) {
        while (!shelf.store->scrub(small_piece).whole) {
            ++pieces;
            for (int i = 0; i < 50; ++i) {
                const auto number = static_cast<std::int64_t>(dice.below(3'000));
                const auto what = dice.below(5);
                if (what == 0) shelf.change({erase_book(number)});
                if (what == 1) shelf.change({put_book(number, "another", static_cast<std::int64_t>(i))});
                if (what == 2) shelf.change({erase_sale("key " + std::to_string(number))});
                if (what == 3)
                    shelf.change({put_sale("key " + std::to_string(number), 1),
                                  put_sale("key " + std::to_string(number), i)});
                for (std::int64_t next = 0; what == 4 && next < 20; ++next) // put by one statement
                    shelf.change({put_book(number + next, "a neighbour", next)});
            }
            shelf.write();
            if (dice.below(4) == 0) shelf.store->checkpoint();
        }
    }
    CHECK(pieces > 50); // and none of them, nor any end, took what changed for damage
}

TEST_CASE("a bit that flipped at rest is found, though the store has never noticed",
          "[storage][state][scrub]") {
    Shelf shelf;
    shelf.scrub();
    shelf.flip("a title of some length 1234");
    CHECK_THROWS_AS(shelf.scrub(), Damaged);
    CHECK_THROWS_WITH(shelf.scrub(), Contains("state.db: damaged: ") && Contains("do not add up"));
    shelf.flip("` title of some length 1234"); // back again
    CHECK_NOTHROW(shelf.scrub());
}

TEST_CASE("a page that cannot be read is found in the middle of a walk", "[storage][state][scrub]") {
    Shelf shelf;
    std::string bytes = read_file(shelf.folder.path() / "state.db");
    const auto page = bytes.find("a title of some length 1234") / 2'048 * 2'048;
    bytes[page] = 0x7f; // of no kind that there is
    write_file(shelf.folder.path() / "state.db", bytes);
    CHECK_THROWS_AS(shelf.scrub(), Damaged);
}

TEST_CASE("a row that somebody else has changed is found", "[storage][state][scrub]") {
    Shelf shelf;
    CHECK_FALSE(shelf.store->scrub(small_piece).whole);
    Shell(shelf.folder.path() / "state.db").run("UPDATE book SET stock = stock + 1 WHERE id = 1999");
    CHECK_THROWS_AS(shelf.scrub(), Damaged);
}
