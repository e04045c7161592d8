/// \file
/// What a query is called in a cache, and what its answer is known to depend on beforehand.
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles {
namespace {

/// With its length in front, so that no text can pose as the end of it and the start of the next.
void append_text(std::string& key, char name, const std::optional<std::string>& text) {
    if (!text) return;
    key += '/';
    key += name;
    key += std::to_string(text->size());
    key += ':';
    key += *text;
}

} // namespace

std::string Query::cache_key() const {
    switch (shape) {
    case Shape::lookup:
        return "lookup/" + std::to_string(item);
    case Shape::book:
        return "book/" + std::to_string(item);
    case Shape::search:
        return "search/" + topic.value_or("");
    case Shape::page:
        break;
    }
    std::string key = "page/" + std::to_string(after) + "/" + std::to_string(limit);
    append_text(key, 't', topic);
    append_text(key, 'q', words);
    return key;
}

std::vector<shop::Tag> Query::tags() const {
    switch (shape) {
    case Shape::lookup:
    case Shape::book:
        // The answer may be that there is no such book, which any new book may change: ids that the shop
        // gives out itself are known only when the command is applied.
        return {shop::item_tag(shop::ItemId{item}), shop::new_books_tag()};
    case Shape::search:
        return {shop::topic_tag(topic.value_or(""))};
    case Shape::page:
        break;
    }
    return {topic ? shop::topic_tag(*topic) : shop::new_books_tag()};
}

} // namespace bookstore::roles
