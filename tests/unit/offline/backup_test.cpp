#include <bookstore/offline/backup_file.hpp>
#include <bookstore/offline/restore.hpp>

#include <catch2/catch.hpp>

#include <bookstore/offline/recover.hpp>
#include <bookstore/offline/verify.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/order_state.hpp>
#include <bookstore/storage/damaged.hpp>
#include <bookstore/storage/data_directory.hpp>
#include <bookstore/storage/state_copy.hpp>
#include <bookstore/storage/state_store.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include "unit/storage/files_fixture.hpp"

namespace bookstore::offline {
namespace {

using Catch::Contains;
using storage::test::read_file;
using storage::test::TemporaryFolder;
using storage::test::write_file;

constexpr shop::ItemId item{1};

/// A shop in which the key "kept" has sale and order, "lost" a settled sale whose order came after the book's
/// part was made, and "open" a sale that is not settled.
struct SavedShop {
    SavedShop() {
        catalog.apply(shop::Stock{0, true, {{item, "A title", "ds", 100, 50}}});
        for (const char* key : {"kept", "lost", "open"}) {
            const auto sold =
                std::get<shop::Sold>(catalog.apply(shop::Sell{key, {{item, 2}}, base::WallTime{7}}));
            if (key == std::string_view("kept"))
                orders.apply(shop::OrderCommand{shop::Record{key, sold.at, sold.lines, sold.total}});
        }
        catalog.apply(shop::Settle{{"kept", "lost"}});
    }

    BackupPart append(base::StateMachine& machine, storage::StateStore::Position position,
                      BackupWriter& out) {
        const TemporaryFolder folder;
        const auto state = storage::open_sqlite_state(folder.string(), machine.tables());
        state->apply(machine.take_changes(), position, machine.digest());
        const auto file = folder.path() / "copy";
        const auto summary =
            storage::copy_sqlite_state(folder.string(), machine.tables(), 1, file, [] { return true; });
        REQUIRE(summary);
        out.append(read_file(file));
        return {2, position.index, position.term, summary->rows, summary->digest, summary->bytes};
    }

    BackupContents write(const std::filesystem::path& file) {
        BackupWriter out(file);
        BackupSummary summary;
        summary.at = base::WallTime{1'000};
        summary.order = append(orders, {30, 4}, out);
        summary.catalog = append(catalog, {90, 5}, out);
        return out.finish(summary);
    }

    shop::CatalogState catalog;
    shop::OrderState orders;
};

std::string state_of_sale(const std::filesystem::path& data, const std::string& key) {
    return storage::test::Shell(data / "catalog/state.db")
        .run("SELECT state FROM sales WHERE key = '" + key + "'");
}

} // namespace

TEST_CASE("a backup says what is in it, and is never overwritten", "[offline][backup]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "shop.backup";
    SavedShop shop;
    const auto written = shop.write(file);
    CHECK(written.books == 1);
    CHECK(written.sales == 3);
    CHECK(written.orders == 1);
    CHECK(written.unrecorded == 2);
    CHECK(is_backup(file));
    CHECK(verify_backup(file).summary.catalog.version == 90);
    CHECK_THROWS_WITH(BackupWriter(file), Contains("exists"));
}

TEST_CASE("what is not finished leaves nothing", "[offline][backup]") {
    const TemporaryFolder folder;
    {
        BackupWriter out(folder.path() / "shop.backup");
        out.append("bytes");
    }
    CHECK(std::filesystem::is_empty(folder.path()));
    {
        BackupWriter out(folder.path() / "shop.backup");
        out.append("no snapshots");
        CHECK_THROWS(out.finish({}));
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("any flipped bit of a backup is found, and any that are missing", "[offline][backup]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "shop.backup";
    SavedShop().write(file);
    const std::string whole = read_file(file);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
        write_file(file, flipped);
        INFO("byte " << at);
        CHECK_THROWS_AS(verify_backup(file), std::runtime_error);
    }
    for (std::size_t size = 0; size < whole.size(); size += 13) {
        write_file(file, whole.substr(0, size));
        CHECK_THROWS_AS(verify_backup(file), std::runtime_error);
    }
}

TEST_CASE("each group is restored as a group of one, and sales without an order wait for it",
          "[offline][restore]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "shop.backup";
    SavedShop().write(file);
    const auto catalog = restore_backup(file, folder.path() / "c", {"catalog", 1, 3});
    CHECK(catalog.version == 90);
    CHECK(catalog.generation == 3);
    CHECK(catalog.unrecorded == 2);
    CHECK_FALSE(verify_directory(folder.path() / "c").damaged());
    CHECK(state_of_sale(folder.path() / "c", "kept") == "settled\n");
    CHECK(state_of_sale(folder.path() / "c", "lost") == "sold\n");
    CHECK(state_of_sale(folder.path() / "c", "open") == "sold\n");

    const auto order = restore_backup(file, folder.path() / "o", {"order", 0, 3});
    CHECK(order.version == 30);
    CHECK_FALSE(verify_directory(folder.path() / "o").damaged());
    const Recovery recovery(folder.path() / "o", "");
    CHECK(recovery.survivor().node == order.node);
    CHECK(recovery.survivor().voters.size() == 1);
    CHECK(recovery.survivor().slots == 3);
    CHECK(recovery.survivor().last_index == 30);
}

TEST_CASE("nothing is restored over anything, nor of a damaged backup", "[offline][restore]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "shop.backup";
    SavedShop().write(file);
    const auto data = folder.path() / "data";
    const auto refused = [&] {
        CHECK_THROWS_AS(restore_backup(file, data, {"order", 0, 1}), std::runtime_error);
        CHECK_FALSE(std::filesystem::exists(data / "order"));
    };
    SECTION("a directory with something in it") {
        std::filesystem::create_directories(data / "catalog");
        refused();
    }
    SECTION("a process uses it") {
        const storage::DataDirectory process(data);
        refused();
    }
    SECTION("the backup is damaged") {
        std::string bytes = read_file(file);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        write_file(file, bytes);
        refused();
    }
}

TEST_CASE("killed at any moment, a restore has happened or it can be begun again",
          "[offline][restore][crash]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "shop.backup";
    SavedShop().write(file);
    bool happened = false, not_happened = false;
    int attempt = 0;
    for (rlim_t bytes = 512; bytes <= (1u << 30) && !happened; bytes *= 2) {
        const auto data = folder.path() / std::to_string(attempt++);
        const pid_t child = ::fork();
        if (child == 0) {
            const rlimit limit{bytes, bytes}; // SIGXFSZ kills
            ::setrlimit(RLIMIT_FSIZE, &limit);
            restore_backup(file, data, {"catalog", 0, 3});
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (std::filesystem::exists(data / "catalog")) {
            happened = true;
            CHECK_FALSE(verify_directory(data).damaged());
        } else {
            not_happened = true;
            restore_backup(file, data, {"catalog", 0, 3});
            CHECK_FALSE(verify_directory(data).damaged());
        }
    }
    CHECK(happened);
    CHECK(not_happened);
}

} // namespace bookstore::offline
