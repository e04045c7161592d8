#pragma once
/// \file
/// The books with their stock, by id and by topic. Knows amounts, not commands: whoever calls has checked.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/table.hpp>
#include <bookstore/shop/book.hpp>
#include <bookstore/shop/catalog_state.hpp>

namespace bookstore::shop {

/// Thread: the loop. References to books are valid as long as it lives.
class Shelf {
public:
    explicit Shelf(ShelfObserver* observer) : observer_(observer) {}

    ShelfObserver* observer() const { return observer_; }
    std::size_t size() const { return places_.size(); }
    const Book* find(ItemId item) const;
    std::int64_t sold(ItemId item) const;
    /// As CatalogState::page.
    std::vector<const Book*> page(std::optional<std::string_view> topic, ItemId after,
                                  std::size_t limit) const;
    /// One more than the highest id. Nothing when there is no higher one.
    std::optional<ItemId> next_free() const;

    /// A book without a problem whose id is free.
    void add(const Book& book);
    /// Copies leave for a buyer: there are that many.
    void sell(ItemId item, std::int64_t copies);
    /// The result is within what a book may be.
    void change(ItemId item, std::int64_t delta, std::int64_t cost);

    void load(const base::Row& row);
    void take_changes(base::RowChanges& into);
    std::size_t changed_rows() const { return changed_.size(); }
    std::uint64_t digest() const { return digest_; }
    std::uint64_t recompute_digest() const;
    void check_invariants() const;

private:
    struct Place {
        Book book;
        std::int64_t sold = 0;     ///< copies, ever
        std::int64_t received = 0; ///< copies, ever: what came by deliveries less what they took back
        std::uint64_t hash = 0;    ///< of the row, as it stands in the digest
        bool changed = false;      ///< since take_changes: a book sold a thousand times is one row
    };
    using InOrder = std::map<ItemId, const Book*>;

    template <typename Give>
    static auto give_row(const Place& place, Give give);
    static std::uint64_t hash_of(base::RowHasher& hasher, const Place& place);
    Place& place(ItemId item);
    Place& put(Place place);
    void changed(Place& place);
    void rehash(Place& place);

    ShelfObserver* observer_;
    std::unordered_map<std::uint64_t, Place> places_; ///< by id; where a purchase looks
    InOrder all_;                                     ///< where a page starts is found, not counted to
    std::map<std::string, InOrder, std::less<>> topics_;
    std::vector<Place*> changed_; ///< since take_changes
    std::uint64_t digest_ = 0;
    base::RowHasher hasher_;
};

} // namespace bookstore::shop
