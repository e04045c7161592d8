#pragma once
/// \file
/// The smallest state machine worth replicating: named counters, and who came in which order.
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bookstore/base/hash.hpp>
#include <bookstore/base/state_machine.hpp>

#include "support/virtual_worker.hpp"

namespace bookstore::test {

/// A command is the name of a counter to raise by one; the outcome is its new value. The counter named
/// "order" is a hash over all commands so far: two machines with the same one have seen the same history.
class CounterMachine : public base::StateMachine {
public:
    std::string apply(std::string_view command, std::uint64_t) override {
        const std::string name(command);
        const auto value = ++counters_[name];
        changed_.insert(name);
        auto& order = counters_["order"];
        order = static_cast<std::int64_t>(base::hash64(std::to_string(order) + "/" + name));
        changed_.insert("order");
        return std::to_string(value);
    }

    base::RowChanges take_changes() override {
        base::RowChanges changes;
        for (const auto& name : std::exchange(changed_, {}))
            changes.put(0, name, counters_.at(name));
        return changes;
    }
    std::size_t changed_rows() const override { return changed_.size(); }
    std::shared_ptr<void> clear() override {
        counters_.clear(), changed_.clear();
        return {nullptr, [where = let_go](void*) {
                    ++(VirtualWorker::at_work() ? where->on_worker : where->on_loop);
                }};
    }
    void load(std::uint8_t, const base::Row& row) override {
        counters_[std::get<std::string>(row.at(0))] = std::get<std::int64_t>(row.at(1));
    }
    std::span<const base::Table> tables() const override {
        static constexpr std::array columns{base::Column{"name", base::ColumnType::text},
                                            base::Column{"value", base::ColumnType::integer}};
        static constexpr std::array tables{base::Table{"counters", columns}};
        return tables;
    }
    std::uint64_t digest() const override { return recompute_digest(); }
    std::uint64_t recompute_digest() const override {
        std::uint64_t sum = 0;
        for (const auto& [name, value] : counters_)
            sum += base::row_hash(0, {name, value});
        return sum;
    }

    std::int64_t value(const std::string& name) const {
        const auto found = counters_.find(name);
        return found == counters_.end() ? 0 : found->second;
    }

    /// Where what clear() gave was let go of.
    struct LetGo {
        int on_loop = 0;
        int on_worker = 0;
    };
    const std::shared_ptr<LetGo> let_go = std::make_shared<LetGo>();

private:
    std::map<std::string, std::int64_t> counters_;
    std::set<std::string> changed_;
};

} // namespace bookstore::test
