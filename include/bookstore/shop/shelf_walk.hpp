#pragma once
/// \file
/// The books of one moment, told bit by bit while commands go on.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include <bookstore/shop/catalog_state.hpp>

namespace bookstore::shop {

/// Thread: the loop. The moment is that of the construction. Whoever observes the shelf of `state`, which
/// outlives the walk, passes on what it is told: a book that changes before its turn is kept here as it was.
/// Memory: those books.
class ShelfWalk {
public:
    using Visit = std::function<void(const Book& book, std::int64_t sold)>;

    /// Over the books with ids above `after`, in id order.
    ShelfWalk(const CatalogState& state, ItemId after);

    /// The next ones, at most `limit`, which is at least 1. False when there are none behind them. Of a
    /// cleared shelf nothing more may be asked.
    bool next(std::size_t limit, const Visit& visit);
    bool cleared() const { return cleared_; }

    void book_added(const Book& book);
    void book_changes(const Book& before, std::int64_t sold);
    void shelf_cleared() { cleared_ = true; }

private:
    struct Before {
        Book book;
        std::int64_t sold;
    };

    const CatalogState& state_;
    ItemId told_;                                     ///< all up to this one have been
    std::map<ItemId, std::optional<Before>> changed_; ///< since the moment, of the rest; none: came later
    bool cleared_ = false;
};

} // namespace bookstore::shop
