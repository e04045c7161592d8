#pragma once
/// \file
/// What a state machine's storage does, in memory: keeps rows by table and key, gives them back in that
/// order.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <bookstore/base/state_machine.hpp>

namespace bookstore::shop::test {

class StoredRows {
public:
    void apply(const base::RowChanges& changes) {
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const auto change = changes[i];
            const std::pair place{change.table(), change.key()};
            if (change.kind() == base::RowChanges::Kind::put)
                rows_[place] = change.row();
            else
                rows_.erase(place);
        }
    }
    void load_into(base::StateMachine& machine) const {
        machine.clear();
        for (const auto& [place, row] : rows_)
            machine.load(place.first, row);
    }
    /// The row with that key, or an empty one.
    base::Row row(std::uint8_t table, const base::Value& key) const {
        const auto found = rows_.find({table, key});
        return found == rows_.end() ? base::Row{} : found->second;
    }
    std::size_t size() const { return rows_.size(); }

private:
    std::map<std::pair<std::uint8_t, base::Value>, base::Row> rows_;
};

} // namespace bookstore::shop::test
