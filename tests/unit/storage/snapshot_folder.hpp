#pragma once
/// \file
/// A replica's folder with its state and its snapshots, open.
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <bookstore/storage/snapshot_store.hpp>

#include "unit/storage/files_fixture.hpp"
#include "unit/storage/shelf_machine.hpp"

namespace bookstore::storage::test {

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

inline void fill_large(StateStore& store) {
    std::vector<RowChange> changes;
    for (int i = 1; i <= 4'000; ++i) {
        changes.push_back(put_book(i, "title " + std::to_string(i) + std::string(1'000, 'x'), i));
        changes.push_back(put_sale("key-" + std::to_string(i), i));
    }
    apply(store, changes, {7'000, 3});
}

inline std::string small_snapshot(const std::filesystem::path& directory) {
    Folder source(directory);
    apply(*source.state, {put_book(1, "one", 5), put_book(-2, "", 0), put_sale("k", 1)}, {7, 3});
    return source.make();
}
inline const std::vector<base::Row> small_books{book(-2, "", 0), book(1, "one", 5)};

} // namespace bookstore::storage::test
