#pragma once
/// \file
/// The order group's state machine: the order book.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/shop/order_command.hpp>

namespace bookstore::shop {

/// Thread: the loop.
///
/// Table: orders(number, key, at, total, settled, lines), the lines as those of the catalog's sales: "3 x 2 @
/// 300 Xen and the Art of Surviving Graduate School" (item x quantity @ cost title), a line of text each.
/// load() takes rows in the order of their numbers, and so notices a gap.
///
/// Cost of a command: O(log n) for each order that it names. Memory of an order: its key, the text of its
/// lines, and about 70 bytes.
class OrderState final : public base::StateMachine {
public:
    using Command = OrderCommand;
    using Outcome = OrderOutcome;

    OrderState();
    ~OrderState() override;

    std::string apply(std::string_view command, std::uint64_t version) override;
    void apply_unheard(std::string_view command, std::uint64_t version) override;
    OrderOutcome apply(const OrderCommand& command);
    base::RowChanges take_changes() override;
    std::size_t changed_rows() const override;
    std::shared_ptr<void> clear() override;
    void load(std::uint8_t table, const base::Row& row) override;
    std::span<const base::Table> tables() const override;
    std::uint64_t digest() const override;
    std::uint64_t recompute_digest() const override;

    OrderNumber last_number() const; ///< 0: none yet
    std::optional<Order> find(OrderNumber number) const;
    std::optional<Order> find_key(std::string_view key) const;
    bool has_key(std::string_view key) const;
    /// Keys recorded and not yet settled with the catalog, oldest first, at most `limit`.
    std::vector<std::string> unsettled(std::size_t limit) const;

    /// Aborts when something that must hold does not. For tests and debug builds; walks everything.
    void check_invariants() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::shop
