#pragma once
/// \file
/// A state store in memory that outlives its process: what is applied survives a kill, and what was
/// checkpointed survives a power cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <bookstore/storage/state_store.hpp>

namespace bookstore::test {

/// Not inside StateDisk: clang 19 takes it for one without a default constructor there.
struct StateContent {
    std::map<std::pair<std::uint8_t, base::Value>, base::Row> rows; ///< by table and key
    storage::StateStore::Position position;
    std::uint64_t digest = 0;

    /// As if `row` had been what the machine held when it was written.
    void set(const std::pair<std::uint8_t, base::Value>& key, base::Row row) {
        auto& held = rows.at(key);
        digest += base::row_hash(key.first, row) - base::row_hash(key.first, held);
        held = std::move(row);
    }
};

struct StateDisk {
    using Content = StateContent;

    Content written;
    Content synced;
    std::uint64_t transactions = 0;
    std::uint64_t installs = 0;
    bool broken = false;  ///< every write fails
    bool damaged = false; ///< cannot be read, until it is set aside

    // See memory_snapshots.hpp.
    std::string received_label;
    std::string received;             ///< of the snapshot that goes by the label
    std::size_t received_synced = 0;  ///< so much of it, at least, is there after a power cut
    std::uint64_t received_bytes = 0; ///< ever, of any
    std::optional<Content> built;

    /// What was received and not synced is there in length alone.
    void cut_power() {
        written = synced;
        std::fill(received.begin() + static_cast<std::ptrdiff_t>(received_synced), received.end(), '\0');
    }
};

class MemoryState final : public storage::StateStore {
public:
    explicit MemoryState(StateDisk& disk) : disk_(disk) {}

    Position load(base::StateMachine& machine) override {
        machine.clear();
        if (disk_.damaged) throw storage::Damaged("state.db: damaged: a page is malformed");
        for (const auto& [key, row] : disk_.written.rows)
            machine.load(key.first, row);
        verify();
        return disk_.written.position;
    }

    std::string set_aside() override {
        disk_.written = disk_.synced = {};
        disk_.damaged = false;
        return "state.db.damaged";
    }

    void apply(const base::RowChanges& changes, Position position, std::uint64_t digest) override {
        check();
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const auto change = changes[i];
            const std::pair key{change.table(), change.key()};
            if (change.kind() == base::RowChanges::Kind::put)
                disk_.written.rows[key] = change.row();
            else
                disk_.written.rows.erase(key);
        }
        disk_.written.position = position;
        disk_.written.digest = digest;
        ++disk_.transactions;
    }

    storage::Scrubbed scrub(std::size_t) override {
        verify();
        return {disk_.written.rows.size(), true};
    }

    Position checkpoint() override {
        check();
        disk_.synced = disk_.written;
        return disk_.synced.position;
    }

    Position install() override {
        check();
        disk_.written = disk_.synced = disk_.built.value();
        disk_.built.reset();
        ++disk_.installs;
        return disk_.written.position;
    }

private:
    void verify() const {
        std::uint64_t digest = 0;
        for (const auto& [key, row] : disk_.written.rows)
            digest += base::row_hash(key.first, row);
        if (digest != disk_.written.digest)
            throw storage::Damaged("state.db: damaged: its rows do not add up to their digest");
    }
    void check() const {
        if (disk_.broken) throw std::runtime_error("state.db: disk I/O error");
    }

    StateDisk& disk_;
};

} // namespace bookstore::test
