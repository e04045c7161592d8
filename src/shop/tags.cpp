#include <bookstore/shop/tags.hpp>

#include <algorithm>

namespace bookstore::shop {
namespace {

struct Touch {
    const CatalogState& state;
    std::vector<Tag>& tags;

    void operator()(const Stock& stock) const {
        if (state.open() || stock.books.empty()) return;
        tags.push_back(new_books_tag());
        for (const Book& book : stock.books)
            add(book);
    }
    void operator()(const Sell& sell) const {
        for (const Line& line : sell.lines)
            add(line.item);
    }
    void operator()(const Update& update) const { add(update.item); }
    void operator()(const AddBook& added) const {
        tags.push_back(new_books_tag());
        if (number(added.book.id) != 0)
            add(added.book);
        else
            tags.push_back(topic_tag(added.book.topic));
    }
    void operator()(const Settle&) const {}
    void operator()(const ForgetSales&) const {}

    void add(const Book& book) const {
        tags.push_back(item_tag(book.id));
        tags.push_back(topic_tag(book.topic));
    }
    void add(ItemId item) const {
        const Book* book = state.find(item);
        if (book != nullptr) return add(*book);
        tags.push_back(item_tag(item));
        tags.push_back(new_books_tag());
    }
};

} // namespace

Tag item_tag(ItemId item) {
    return "item/" + std::to_string(number(item));
}

Tag topic_tag(std::string_view topic) {
    return "topic/" + std::string(topic);
}

Tag new_books_tag() {
    return "new";
}

std::vector<Tag> touched_by(const CatalogCommand& command, const CatalogState& state) {
    std::vector<Tag> tags;
    std::visit(Touch{state, tags}, command);
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

} // namespace bookstore::shop
