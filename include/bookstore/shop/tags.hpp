#pragma once
/// \file
/// What an answer depends on and what a write touches, in the same words: the keys of the coherence protocol.
#include <string>
#include <vector>

#include <bookstore/shop/catalog_state.hpp>

namespace bookstore::shop {

/// "item/3": the book with that id. "topic/ds": the books of a topic. "new": which books there are. An answer
/// depends on the tags of every book that it shows, and on "topic/…" or "new" for the books that it would
/// have shown had they existed. So the answer that there is no item 8 depends on "item/8" and on "new": a new
/// book gets its id only when it is applied.
using Tag = std::string;

Tag item_tag(ItemId item);
Tag topic_tag(std::string_view topic);
Tag new_books_tag();

/// What applying commands to a state may change. Asked before they are proposed, of a state that
/// may trail the log: titles and topics never change, so trailing can only miss a book that is still being
/// added. An item that is not on the shelf is therefore announced as "new" besides its own tag, for it may be
/// there, in a topic not known here, when the command is applied. Each tag once. Empty: readers see no
/// difference.
class Touched {
public:
    /// `state` outlives it, and does not change meanwhile.
    explicit Touched(const CatalogState& state) : state_(state) {}

    void add(const CatalogCommand& command);
    /// The last thing that is done with it.
    std::vector<Tag> take();

private:
    struct Visitor;
    const CatalogState& state_;
    std::vector<ItemId> items_;
    std::vector<std::string_view> topics_; ///< of books on the shelf
    std::vector<Tag> others_;
};

} // namespace bookstore::shop
