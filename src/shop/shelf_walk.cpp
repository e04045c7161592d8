#include <bookstore/shop/shelf_walk.hpp>

#include <bookstore/base/error.hpp>

namespace bookstore::shop {

ShelfWalk::ShelfWalk(const CatalogState& state, ItemId after) : state_(state), told_(after) {}

bool ShelfWalk::next(std::size_t limit, const Visit& visit) {
    INVARIANT(limit > 0 && !cleared_);
    const auto books = state_.page(std::nullopt, told_, limit);
    for (const Book* book : books) {
        const auto changed = changed_.find(book->id);
        if (changed == changed_.end())
            visit(*book, state_.sold(book->id));
        else if (changed->second)
            visit(changed->second->book, changed->second->sold);
    }
    if (!books.empty()) told_ = books.back()->id;
    changed_.erase(changed_.begin(), changed_.upper_bound(told_));
    return books.size() == limit;
}

void ShelfWalk::book_added(const Book& book) {
    if (book.id > told_) changed_.try_emplace(book.id, std::nullopt);
}

void ShelfWalk::book_changes(const Book& before, std::int64_t sold) {
    if (before.id > told_) changed_.try_emplace(before.id, Before{before, sold});
}

} // namespace bookstore::shop
