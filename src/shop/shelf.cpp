#include "shop/shelf.hpp"

#include <limits>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/mutant.hpp>
#include <bookstore/base/state_machine.hpp>

#include "shop/catalog_tables.hpp"
#include "shop/row_reader.hpp"

namespace bookstore::shop {

template <typename Give>
auto Shelf::give_row(const Place& place, Give give) {
    const Book& book = place.book;
    return give(static_cast<std::int64_t>(number(book.id)), book.title, book.topic, book.cost, book.stock,
                place.sold, place.received);
}

const Book* Shelf::find(ItemId item) const {
    const auto found = places_.find(number(item));
    return found == places_.end() ? nullptr : &found->second.book;
}

std::int64_t Shelf::sold(ItemId item) const {
    const auto found = places_.find(number(item));
    return found == places_.end() ? 0 : found->second.sold;
}

std::vector<const Book*> Shelf::page(std::optional<std::string_view> topic, ItemId after,
                                     std::size_t limit) const {
    const InOrder* books = &all_;
    if (topic) {
        const auto found = topics_.find(*topic);
        if (found == topics_.end()) return {};
        books = &found->second;
    }
    std::vector<const Book*> page;
    for (auto it = books->upper_bound(after); it != books->end() && page.size() < limit; ++it)
        page.push_back(it->second);
    return page;
}

std::optional<ItemId> Shelf::next_free() const {
    const std::uint64_t highest = all_.empty() ? 0 : number(all_.rbegin()->first);
    if (highest == item_number_max) return std::nullopt;
    return ItemId{highest + 1};
}

void Shelf::add(const Book& book) {
    Place place;
    place.book = book;
    place.received = book.stock;
    changed(put(std::move(place)));
}

void Shelf::sell(ItemId item, std::int64_t copies) {
    Place& from = place(item);
    INVARIANT(copies > 0 && from.book.stock >= copies);
    if (observer_ != nullptr) observer_->book_changes(from.book, from.sold);
    from.book.stock -= copies;
    from.sold += copies;
    rehash(from);
    changed(from);
}

void Shelf::change(ItemId item, std::int64_t delta, std::int64_t cost) {
    Place& of = place(item);
    if (observer_ != nullptr) observer_->book_changes(of.book, of.sold);
    of.book.stock += delta;
    of.received += delta;
    of.book.cost = cost;
    INVARIANT(!problem_with(of.book));
    rehash(of);
    changed(of);
}

void Shelf::load(const base::Row& row) {
    RowReader in(catalog_tables[books_table], row);
    Place place;
    place.book.id = ItemId{static_cast<std::uint64_t>(in.integer(1, item_number_max))};
    if (find(place.book.id) != nullptr) in.reject("is there twice");
    place.book.title = in.text();
    place.book.topic = in.text();
    place.book.cost = in.integer();
    place.book.stock = in.integer();
    if (problem_with(place.book)) in.reject("or another column is not what a book may have");
    place.sold = in.integer(0, std::numeric_limits<std::int64_t>::max() - amount_max);
    place.received = in.integer();
    if (place.received != place.book.stock + place.sold) in.reject("is not stock + sold");
    put(std::move(place));
}

void Shelf::take_changes(base::RowChanges& into) {
    for (Place* place : changed_) {
        place->changed = false;
        give_row(*place, [&](const auto&... values) { into.put(books_table, values...); });
    }
    changed_.clear();
}

std::uint64_t Shelf::recompute_digest() const {
    base::RowHasher hasher;
    std::uint64_t sum = 0;
    for (const auto& [id, place] : places_)
        sum += hash_of(hasher, place);
    return sum;
}

void Shelf::check_invariants() const {
    std::size_t in_topics = 0;
    for (const auto& [topic, books] : topics_) {
        INVARIANT(!books.empty());
        in_topics += books.size();
        for (const auto& [item, book] : books)
            INVARIANT(book == find(item) && book->topic == topic);
    }
    INVARIANT(in_topics == places_.size());
    INVARIANT(all_.size() == places_.size());
    for (const auto& [item, book] : all_)
        INVARIANT(book == find(item));

    for (const auto& [id, place] : places_) {
        INVARIANT(number(place.book.id) == id);
        INVARIANT(!problem_with(place.book));
        INVARIANT(place.sold >= 0);
        INVARIANT(place.received == place.book.stock + place.sold);
    }
    INVARIANT(digest_ == recompute_digest());
}

std::uint64_t Shelf::hash_of(base::RowHasher& hasher, const Place& place) {
    return give_row(place, [&](const auto&... values) { return hasher(books_table, values...); });
}

Shelf::Place& Shelf::place(ItemId item) {
    const auto found = places_.find(number(item));
    INVARIANT(found != places_.end());
    return found->second;
}

Shelf::Place& Shelf::put(Place place) {
    place.hash = hash_of(hasher_, place);
    digest_ += place.hash;
    const ItemId item = place.book.id;
    const auto [it, added] = places_.emplace(number(item), std::move(place));
    INVARIANT(added);
    const Book& book = it->second.book;
    // Books mostly come in rising order of ids: the hint makes that cheap.
    all_.emplace_hint(all_.end(), item, &book);
    InOrder& topic = topics_[book.topic];
    topic.emplace_hint(topic.end(), item, &book);
    if (observer_ != nullptr) observer_->book_added(book);
    return it->second;
}

void Shelf::rehash(Place& place) {
    if (base::built_in("forgets-digest")) return;
    digest_ -= place.hash;
    place.hash = hash_of(hasher_, place);
    digest_ += place.hash;
}

void Shelf::changed(Place& place) {
    if (std::exchange(place.changed, true)) return;
    changed_.push_back(&place);
}

} // namespace bookstore::shop
