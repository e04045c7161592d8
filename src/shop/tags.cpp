#include <bookstore/shop/tags.hpp>

#include <algorithm>
#include <iterator>

namespace bookstore::shop {
namespace {

template <typename T>
void keep_one_of_each(std::vector<T>& all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
}

} // namespace

struct Touched::Visitor {
    Touched& touched;

    void operator()(const Stock& stock) const {
        if (touched.state_.open() || stock.books.empty()) return;
        touched.others_.push_back(new_books_tag());
        for (const Book& book : stock.books)
            add(book);
    }
    void operator()(const Sell& sell) const {
        for (const Line& line : sell.lines)
            add(line.item);
    }
    void operator()(const Update& update) const { add(update.item); }
    void operator()(const AddBook& added) const {
        touched.others_.push_back(new_books_tag());
        if (number(added.book.id) != 0)
            add(added.book);
        else
            touched.others_.push_back(topic_tag(added.book.topic));
    }
    void operator()(const Settle&) const {}
    void operator()(const ForgetSales&) const {}

    void add(const Book& book) const {
        touched.items_.push_back(book.id);
        touched.others_.push_back(topic_tag(book.topic));
    }
    void add(ItemId item) const {
        touched.items_.push_back(item);
        if (const Book* book = touched.state_.find(item))
            touched.topics_.push_back(book->topic);
        else
            touched.others_.push_back(new_books_tag());
    }
};

void Touched::add(const CatalogCommand& command) {
    std::visit(Visitor{*this}, command);
}

/// What a batch touches is named once before anything is made of it: it sells many books of few topics.
std::vector<Tag> Touched::take() {
    keep_one_of_each(items_);
    keep_one_of_each(topics_);
    for (const std::string_view topic : topics_)
        others_.push_back(topic_tag(topic));
    keep_one_of_each(others_); // a topic may have come from the shelf and from a new book
    std::vector<Tag> tags;
    tags.reserve(items_.size() + others_.size());
    for (const ItemId item : items_)
        tags.push_back(item_tag(item));
    std::move(others_.begin(), others_.end(), std::back_inserter(tags));
    return tags;
}

Tag item_tag(ItemId item) {
    return "item/" + std::to_string(number(item));
}

Tag topic_tag(std::string_view topic) {
    return "topic/" + std::string(topic);
}

Tag new_books_tag() {
    return "new";
}

} // namespace bookstore::shop
