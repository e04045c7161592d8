#pragma once
/// \file
/// What an answer depends on and what a write touches, in the same words: the keys of the coherence protocol.
#include <string>
#include <vector>

#include <bookstore/shop/catalog_state.hpp>

namespace bookstore::shop {

/// "item/3": the book with that id, or its absence. "topic/ds": the books of a topic. "new": which books there
/// are. An answer depends on the tags of every book that it shows, and on "topic/…" or "new" for the books that
/// it would have shown had they existed.
using Tag = std::string;

Tag item_tag(ItemId item);
Tag topic_tag(std::string_view topic);
Tag new_books_tag();

/// What applying `command` to `state` may change. Called before the command is proposed, with a state that may
/// trail the log: titles and topics never change, so trailing can only miss a book that is still being added,
/// and that one's tags are announced by its own command. Empty: readers see no difference.
std::vector<Tag> touched_by(const CatalogCommand& command, const CatalogState& state);

} // namespace bookstore::shop
