#pragma once
/// \file
/// A state store in memory that outlives its process: what is applied survives a kill, and what was
/// checkpointed survives a power cut.
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::test {

struct StateDisk {
    struct Content {
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
    Content written;
    Content synced;
    std::uint64_t transactions = 0;
    std::uint64_t installs = 0;
    bool broken = false;  ///< every write fails
    bool damaged = false; ///< cannot be read, until it is set aside

    void cut_power() { written = synced; }
};

class MemoryState final : public storage::StateStore {
public:
    explicit MemoryState(StateDisk& disk) : disk_(disk) {}

    Position load(base::StateMachine& machine) override {
        machine.clear();
        if (disk_.damaged) throw storage::Damaged("state.db: damaged: a page is malformed");
        std::uint64_t digest = 0;
        for (const auto& [key, row] : disk_.written.rows) {
            machine.load(key.first, row);
            digest += base::row_hash(key.first, row);
        }
        if (digest != disk_.written.digest)
            throw storage::Damaged("state.db: damaged: its rows do not add up to their digest");
        return disk_.written.position;
    }

    std::string set_aside() override {
        disk_.written = disk_.synced = {};
        disk_.damaged = false;
        return "state.db.damaged";
    }

    void apply(const std::vector<base::RowChange>& changes, Position position,
               std::uint64_t digest) override {
        check();
        for (const auto& change : changes) {
            const std::pair key{change.table, change.row.at(0)};
            if (change.kind == base::RowChange::Kind::put)
                disk_.written.rows[key] = change.row;
            else
                disk_.written.rows.erase(key);
        }
        disk_.written.position = position;
        disk_.written.digest = digest;
        ++disk_.transactions;
    }

    Position checkpoint() override {
        check();
        disk_.synced = disk_.written;
        return disk_.synced.position;
    }

    std::string snapshot() override;
    Position install(std::string_view snapshot) override;

private:
    void check() const {
        if (disk_.broken) throw std::runtime_error("state.db: disk I/O error");
    }

    StateDisk& disk_;
};

inline std::string MemoryState::snapshot() {
    base::ByteWriter out;
    out.u64(disk_.written.position.index);
    out.u64(disk_.written.position.term);
    out.varint(disk_.written.rows.size());
    for (const auto& [key, row] : disk_.written.rows) {
        out.u8(key.first);
        out.varint(row.size());
        for (const auto& value : row) {
            const auto* text = std::get_if<std::string>(&value);
            out.boolean(text != nullptr);
            if (text)
                out.string(*text);
            else
                out.zigzag(std::get<std::int64_t>(value));
        }
    }
    out.u64(base::hash64(out.view()));
    return out.take();
}

inline storage::StateStore::Position MemoryState::install(std::string_view snapshot) {
    check();
    const auto body = snapshot.substr(0, snapshot.size() - std::min(snapshot.size(), sizeof(std::uint64_t)));
    base::ByteReader sum(snapshot.substr(body.size()));
    if (sum.u64() != base::hash64(body) || !sum.complete())
        throw std::runtime_error("the snapshot is damaged");
    base::ByteReader in(body);
    StateDisk::Content content;
    content.position.index = in.u64();
    content.position.term = in.u64();
    for (auto rows = in.count(); rows > 0; --rows) {
        const auto table = in.u8();
        base::Row row;
        for (auto values = in.count(); values > 0; --values) {
            if (in.boolean())
                row.emplace_back(std::string(in.string()));
            else
                row.emplace_back(in.zigzag());
        }
        content.digest += base::row_hash(table, row);
        content.rows.emplace(std::pair{table, row.at(0)}, std::move(row));
    }
    if (!in.complete()) throw std::runtime_error("the snapshot is damaged");
    disk_.written = disk_.synced = std::move(content);
    ++disk_.installs;
    return disk_.written.position;
}

} // namespace bookstore::test
