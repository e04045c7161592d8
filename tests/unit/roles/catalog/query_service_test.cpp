#include "roles/catalog/query_service.hpp"

#include <catch2/catch.hpp>

#include <bookstore/base/limits.hpp>
#include <bookstore/roles/json.hpp>
#include <bookstore/shop/default_catalog.hpp>

#include "support/catch_result.hpp"

namespace bookstore::roles::catalog {
namespace {

using base::Errc;
using Shape = Query::Shape;
using Tags = std::vector<shop::Tag>;

class QueryTest : shop::ShelfObserver {
protected:
    void open(std::vector<shop::Book> books = shop::default_catalog()) {
        state_.apply(shop::CatalogCommand{shop::Stock{0, true, std::move(books)}});
    }
    base::result<QueryAnswer> ask(const Query& query) const {
        return answer_query(query, state_, titles_, 42);
    }
    base::result<QueryAnswer> one(Shape shape, std::uint64_t item) const {
        Query query;
        query.shape = shape;
        query.item = item;
        return ask(query);
    }
    base::result<QueryAnswer> search(const std::string& topic) const {
        Query query;
        query.shape = Shape::search;
        query.topic = topic;
        return ask(query);
    }
    static Query page(std::uint64_t limit, std::uint64_t after = 0) {
        Query query;
        query.shape = Shape::page;
        query.limit = limit;
        query.after = after;
        return query;
    }
    std::string page_json(const std::vector<std::uint64_t>& ids, std::optional<std::uint64_t> next) const {
        std::vector<const shop::Book*> books;
        for (const std::uint64_t id : ids)
            books.push_back(state_.find(shop::ItemId{id}));
        return json::page(books, next);
    }

    storage::TextIndex titles_;
    shop::CatalogState state_{this};

private:
    void book_added(const shop::Book& book) override { titles_.add(shop::number(book.id), book.title); }
    std::shared_ptr<void> shelf_cleared() override { return titles_.clear(); }
};

TEST_CASE_METHOD(QueryTest, "before the shop is open nothing is answered", "[roles][query]") {
    CHECK(one(Shape::lookup, 1).error() == Errc::not_ready);
    CHECK(search("ds").error() == Errc::not_ready);
    CHECK(ask(page(10)).error() == Errc::not_ready);
}

TEST_CASE_METHOD(QueryTest, "a book is shown in the shape of each surface", "[roles][query]") {
    open();
    const shop::Book& book = *state_.find(shop::ItemId{2});
    const auto lookup = one(Shape::lookup, 2);
    REQUIRE(lookup);
    CHECK(lookup->status == 200);
    CHECK(lookup->body == json::books({&book}));
    CHECK(lookup->version == 42);
    CHECK(lookup->tags == Tags{"item/2"});
    CHECK(one(Shape::book, 2)->body == json::book(book));
}

TEST_CASE_METHOD(QueryTest, "a book that is not there may be there when any is added", "[roles][query]") {
    open();
    const auto missing = one(Shape::lookup, 99);
    REQUIRE(missing);
    CHECK(missing->status == 404);
    CHECK(missing->tags == Tags{"item/99", "new"});
    CHECK_THAT(missing->body, Catch::Contains("99"));
}

TEST_CASE_METHOD(QueryTest, "a topic is shown whole, in id order", "[roles][query]") {
    open();
    const auto found = search("ds");
    REQUIRE(found);
    CHECK(found->body == json::books({state_.find(shop::ItemId{1}), state_.find(shop::ItemId{2}),
                                      state_.find(shop::ItemId{5})}));
    CHECK(found->tags == Tags{"topic/ds", "item/1", "item/2", "item/5"});
    CHECK(search("none")->body == R"({"books":[]})");
    CHECK(search("none")->tags == Tags{"topic/none"});
}

TEST_CASE_METHOD(QueryTest, "the catalogue is paged through without a gap", "[roles][query]") {
    open();
    CHECK(ask(page(3))->body == page_json({1, 2, 3}, 3));
    CHECK(ask(page(3, 3))->body == page_json({4, 5, 6}, 6));
    CHECK(ask(page(3, 6))->body == page_json({7}, std::nullopt));
    CHECK(ask(page(7))->body == page_json({1, 2, 3, 4, 5, 6, 7}, std::nullopt));
    CHECK(ask(page(3, 100))->body == page_json({}, std::nullopt));
    CHECK(ask(page(2))->tags == Tags{"new", "item/1", "item/2"});
    Query gs = page(2, 3);
    gs.topic = "gs";
    CHECK(ask(gs)->body == page_json({4, 6}, 6));
    CHECK(ask(gs)->tags == Tags{"topic/gs", "item/4", "item/6"});
}

TEST_CASE_METHOD(QueryTest, "titles are searched, within a topic or without", "[roles][query]") {
    open();
    Query query = page(10);
    query.words = "graduate";
    CHECK(ask(query)->body == page_json({3, 4}, std::nullopt));
    query.limit = 1;
    CHECK(ask(query)->body == page_json({3}, 3));
    query.after = 3;
    CHECK(ask(query)->body == page_json({4}, std::nullopt));
    query = page(10);
    query.words = "project";
    query.topic = "gs";
    CHECK(ask(query)->body == page_json({}, std::nullopt));
    query.topic = "ds";
    CHECK(ask(query)->body == page_json({5}, std::nullopt));
}

TEST_CASE_METHOD(QueryTest, "a search that a topic thins out is continued, not cut", "[roles][query]") {
    std::vector<shop::Book> books;
    for (std::uint64_t id = 1; id <= 10'001; ++id)
        books.push_back({shop::ItemId{id}, "common", id > 10'000 ? "rare" : "often", 1, 1});
    open(std::move(books));
    Query query = page(10);
    query.words = "common";
    query.topic = "rare";
    CHECK(ask(query)->body == page_json({}, 10'000));
    query.after = 10'000;
    CHECK(ask(query)->body == page_json({10'001}, std::nullopt));
}

TEST_CASE_METHOD(QueryTest, "a topic too large for one answer is refused, and can be paged",
                 "[roles][query]") {
    std::vector<shop::Book> books;
    for (std::uint64_t id = 1; id <= 10'000; ++id)
        books.push_back({shop::ItemId{id}, std::string(base::limits::title_bytes_max, 't'), "ds", 1, 1});
    open(std::move(books));
    CHECK(search("ds").error() == Errc::too_large);
    Query query = page(base::limits::page_books_max);
    query.topic = "ds";
    CHECK(ask(query).has_value());
}

TEST_CASE_METHOD(QueryTest, "a query that no frontend lets through is refused here too", "[roles][query]") {
    open();
    CHECK(one(Shape::lookup, 0).error() == Errc::invalid_argument);
    CHECK(ask(page(0)).error() == Errc::invalid_argument);
    CHECK(ask(page(base::limits::page_books_max + 1)).error() == Errc::invalid_argument);
    CHECK(search(std::string(base::limits::topic_bytes_max + 1, 't')).error() == Errc::invalid_argument);
    Query query = page(1);
    query.words = std::string(base::limits::query_bytes_max + 1, 'w');
    CHECK(ask(query).error() == Errc::invalid_argument);
}

} // namespace
} // namespace bookstore::roles::catalog
