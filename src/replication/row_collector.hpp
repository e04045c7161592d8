#pragma once
/// \file
/// Stands in for a state machine while its rows are read on another thread.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/base/state_machine.hpp>

namespace bookstore::replication {

/// Only clear() and load() mean anything.
class RowCollector final : public base::StateMachine {
public:
    /// `tables`: the real machine's; they live as long as the program.
    explicit RowCollector(std::span<const base::Table> tables) : tables_(tables) {}

    void clear() override { rows_.clear(); }
    void load(std::uint8_t table, const base::Row& row) override { rows_.emplace_back(table, row); }
    std::span<const base::Table> tables() const override { return tables_; }

    /// Gives the rows to `machine`, cleared first.
    void fill(base::StateMachine& machine) const {
        machine.clear();
        for (const auto& [table, row] : rows_)
            machine.load(table, row);
    }

    std::string apply(std::string_view, std::uint64_t) override {
        base::invariant_failed("apply", __FILE__, __LINE__);
    }
    std::vector<base::RowChange> take_changes() override { return {}; }
    std::uint64_t digest() const override { return recompute_digest(); }
    std::uint64_t recompute_digest() const override {
        std::uint64_t sum = 0;
        for (const auto& [table, row] : rows_)
            sum += base::row_hash(table, row);
        return sum;
    }

private:
    std::span<const base::Table> tables_;
    std::vector<std::pair<std::uint8_t, base::Row>> rows_;
};

} // namespace bookstore::replication
