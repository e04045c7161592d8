#pragma once
/// \file
/// The catalog's state machine: books, stock, and the sales that the order book has yet to confirm.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/shop/catalog_command.hpp>

namespace bookstore::shop {

/// Told of every book that comes to the shelf (by a command or by load), of what is about to change there,
/// and when the shelf is cleared: for what is kept beside the state.
class ShelfObserver {
public:
    virtual ~ShelfObserver() = default;
    virtual void book_added(const Book& book) = 0;
    /// Still as it was, with the copies sold of it till now.
    virtual void book_changes(const Book& /*before*/, std::int64_t /*sold*/) {}
    /// Gives what was kept of it, as StateMachine::clear() does.
    virtual std::shared_ptr<void> shelf_cleared() = 0;
};

/// A sale that is on no order yet, as far as the catalog knows.
struct UnsettledSale {
    std::string key;
    Sold sold;
};

/// Thread: the loop. References to books are valid until the next apply, load or clear.
///
/// Tables, as an operator sees them:
///   books(id, title, topic, cost, stock, sold, received): received = stock + sold, counted separately
///   sales(number, key, at, state, total, lines): numbers rise as sales are made, so that a table of any
///   size grows at its end; state is sold, settled or refused; a line of text for each line
///       sold, settled: "3 x 2 @ 300 Xen and the Art of Surviving Graduate School" (item x quantity @ cost
///       title) refused:       "3 x 2, 1 left" for what was short, "4 x 1" for what was not
///   shop(name, value): "parts" of the first catalogue that are in; "open", 1 from the last one on; "sales",
///   the number of the last one
/// What is remembered of a sale is exactly its row, so a reloaded machine gives the same bytes.
///
/// Cost of a command: O(log n) in books and sales for each line, key or book that it names.
///
/// How old a sale is, is told in versions, never by the clock: `at` is for people. Versions are not in the
/// rows; a sale that was loaded counts as having become what it is with the first command after the load.
class CatalogState final : public base::StateMachine {
public:
    using Command = CatalogCommand;
    using Outcome = CatalogOutcome;

    explicit CatalogState(ShelfObserver* observer = nullptr);
    ~CatalogState() override;

    std::string apply(std::string_view command, std::uint64_t version) override;
    void apply_unheard(std::string_view command, std::uint64_t version) override;
    CatalogOutcome apply(const CatalogCommand& command, std::uint64_t version = 1);
    base::RowChanges take_changes() override;
    std::size_t changed_rows() const override;
    std::shared_ptr<void> clear() override;
    void load(std::uint8_t table, const base::Row& row) override;
    std::span<const base::Table> tables() const override;
    std::uint64_t digest() const override;
    std::uint64_t recompute_digest() const override;

    bool open() const;               ///< has its first catalogue
    std::uint64_t next_part() const; ///< of Stock, while it is not open
    std::size_t size() const;        ///< books
    const Book* find(ItemId item) const;
    std::int64_t sold(ItemId item) const; ///< copies, ever; 0 for an unknown item

    /// Books with ids above `after` in id order, at most `limit`; of one topic, or all.
    std::vector<const Book*> page(std::optional<std::string_view> topic, ItemId after,
                                  std::size_t limit) const;

    /// The remembered outcome of a sale, if there is one.
    std::optional<CatalogOutcome> sale(std::string_view key) const;
    /// Sold at `until` or before, and loaded ones: oldest first, at most `limit`.
    std::vector<UnsettledSale> unsettled(std::uint64_t until, std::size_t limit) const;
    std::size_t unsettled_count() const;
    /// Purchases remembered, settled or not, and refusals.
    std::size_t sales_count() const;
    /// Keys of purchases that have been settled or refused since `until` or before, and so may be forgotten
    /// when that was long enough ago: oldest first, at most `limit`.
    std::vector<std::string> closed(std::uint64_t until, std::size_t limit) const;

    /// For rows that no machine holds, of a shop that is restored from a backup: of the table of sales?
    /// Whose? Is it a sale that the order book has confirmed? Then it becomes one that it has yet to confirm.
    static bool is_sale(std::uint8_t table);
    static std::string_view key_of_sale(const base::Row& sale);
    static bool is_settled_sale(const base::Row& sale);
    static void unsettle(base::Row& sale);

    /// Aborts when something that must hold does not. For tests and debug builds; walks everything.
    void check_invariants() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::shop
