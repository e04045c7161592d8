#pragma once
/// \file
/// What a catalog replica that serves keeps beside its shelf.
#include <memory>

#include <bookstore/base/error.hpp>
#include <bookstore/shop/catalog_state.hpp>
#include <bookstore/shop/shelf_walk.hpp>
#include <bookstore/storage/text_index.hpp>

namespace bookstore::roles::catalog {

/// The full-text index over the titles, and the walk that is under way. Thread: the loop.
class BesideShelf final : public shop::ShelfObserver {
public:
    void book_added(const shop::Book& book) override {
        titles_.add(shop::number(book.id), book.title);
        if (const auto walk = walk_.lock()) walk->book_added(book);
    }
    void book_changes(const shop::Book& before, std::int64_t sold) override {
        if (const auto walk = walk_.lock()) walk->book_changes(before, sold);
    }
    std::shared_ptr<void> shelf_cleared() override {
        if (const auto walk = walk_.lock()) walk->shelf_cleared();
        return titles_.clear();
    }

    const storage::TextIndex& titles() const { return titles_; }

    /// Over the shelf that is observed, until it is let go of. There is no other then.
    std::shared_ptr<shop::ShelfWalk> walk(const shop::CatalogState& state, shop::ItemId after) {
        INVARIANT(walk_.expired());
        auto walk = std::make_shared<shop::ShelfWalk>(state, after);
        walk_ = walk;
        return walk;
    }

private:
    storage::TextIndex titles_;
    std::weak_ptr<shop::ShelfWalk> walk_;
};

} // namespace bookstore::roles::catalog
