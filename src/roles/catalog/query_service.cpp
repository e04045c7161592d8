#include "roles/catalog/query_service.hpp"

#include <algorithm>

#include <bookstore/base/limits.hpp>
#include <bookstore/base/mutant.hpp>
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

namespace bookstore::roles::catalog {
namespace {

using base::Errc;
using Books = std::vector<const shop::Book*>;
namespace limits = base::limits;

/// How long a query waits for a version that this replica has not applied yet; then another is asked.
constexpr base::Duration catch_up_time = base::milliseconds(100);
/// Of one answer; a frame holds more, so its envelope fits.
constexpr std::size_t body_bytes_max = limits::frame_bytes_max / 2;
/// Titles looked at for one page when a topic sorts most of them out: a page may be short, and goes on.
constexpr std::size_t titles_looked_at_max = 10'000;

struct Page {
    Books books;
    std::optional<std::uint64_t> next;
};

bool makes_sense(const Query& query) {
    if (query.topic && query.topic->size() > limits::topic_bytes_max) return false;
    if (query.words && query.words->size() > limits::query_bytes_max) return false;
    if (query.shape == Query::Shape::search) return query.topic.has_value();
    if (query.shape == Query::Shape::page) return query.limit >= 1 && query.limit <= limits::page_books_max;
    return query.item >= 1;
}

/// What was read with one book more than the page holds, to know whether there is one.
Page cut(Books books, std::size_t limit) {
    if (books.size() <= limit) return {std::move(books), std::nullopt};
    books.resize(limit);
    const std::uint64_t last = shop::number(books.back()->id);
    return {std::move(books), last};
}

Page page_of_words(const Query& query, const shop::CatalogState& state, const storage::TextIndex& titles) {
    const std::size_t limit = static_cast<std::size_t>(query.limit);
    const std::size_t look_at = query.topic ? titles_looked_at_max : limit + 1;
    const std::vector<std::uint64_t> ids = titles.find(*query.words, query.after, look_at);
    Books books;
    for (const std::uint64_t id : ids) {
        const shop::Book* book = state.find(shop::ItemId{id});
        INVARIANT(book != nullptr);
        if (!query.topic || book->topic == *query.topic) books.push_back(book);
        if (books.size() > limit) break;
    }
    Page page = cut(std::move(books), limit);
    if (!page.next && ids.size() == look_at) page.next = ids.back();
    return page;
}

Page page_of(const Query& query, const shop::CatalogState& state, const storage::TextIndex& titles) {
    if (query.words) return page_of_words(query, state, titles);
    const std::size_t limit = static_cast<std::size_t>(query.limit);
    return cut(state.page(query.topic, shop::ItemId{query.after}, limit + 1), limit);
}

/// The books' own tags, beside their topic's: a write proposed while a book was still being added names the
/// book and not its topic, which is unknown until then.
void add_tags(QueryAnswer& answer, const Books& books) {
    for (const shop::Book* book : books)
        answer.tags.push_back(shop::item_tag(book->id));
}

void answer_one(const Query& query, const shop::CatalogState& state, QueryAnswer& answer) {
    const shop::Book* book = state.find(shop::ItemId{query.item});
    if (book == nullptr) {
        answer.status = 404;
        answer.body =
            net::problem(404, "There is no item " + std::to_string(query.item) + ".", "unknown-item").body;
        answer.tags = query.tags();
        return;
    }
    answer.body = query.shape == Query::Shape::book ? json::book(*book) : json::books({book});
    answer.tags = {shop::item_tag(book->id)};
}

} // namespace

base::result<QueryAnswer> answer_query(const Query& query, const shop::CatalogState& state,
                                       const storage::TextIndex& titles, std::uint64_t version) {
    if (!makes_sense(query)) return Errc::invalid_argument;
    if (!state.open()) return Errc::not_ready;
    QueryAnswer answer;
    answer.version = version;
    if (query.shape == Query::Shape::search) {
        constexpr std::size_t book_bytes_min = 50;
        const Books books = state.page(*query.topic, shop::ItemId{0}, body_bytes_max / book_bytes_min);
        answer.body = json::books(books);
        answer.tags = query.tags();
        add_tags(answer, books);
    } else if (query.shape == Query::Shape::page) {
        const Page page = page_of(query, state, titles);
        answer.body = json::page(page.books, page.next);
        answer.tags = query.tags();
        add_tags(answer, page.books);
    } else {
        answer_one(query, state, answer);
    }
    if (answer.body.size() > body_bytes_max) return Errc::too_large;
    return answer;
}

QueryService::QueryService(base::Scheduler& scheduler, Replica& replica, const storage::TextIndex& titles)
    : scheduler_(scheduler), replica_(replica), titles_(titles) {}

boost::asio::awaitable<base::result<QueryAnswer>> QueryService::answer(Query query,
                                                                       base::TimePoint deadline) {
    if (replica_.applied() < query.minimum_version) {
        const auto until = std::min(deadline, scheduler_.now() + catch_up_time);
        if (base::built_in("claims-unreached-version")) {
            auto answer = answer_now(query);
            if (answer) answer->version = query.minimum_version;
            co_return answer;
        }
        const auto reached = co_await replica_.wait_applied(query.minimum_version, until);
        if (!reached) co_return Errc::not_ready;
    }
    co_return answer_now(query);
}

boost::asio::awaitable<base::result<QueryAnswer>> QueryService::answer_latest(Query query,
                                                                              base::TimePoint deadline) {
    const auto reached = co_await replica_.read_barrier(deadline);
    if (!reached) co_return reached.error();
    co_return answer_now(query);
}

base::result<QueryAnswer> QueryService::answer_now(const Query& query) const {
    // A replica that was fenced off holds something, but nobody knows what.
    if (replica_.phase() != replication::Phase::serving) return Errc::not_ready;
    return answer_query(query, replica_.state(), titles_, replica_.applied());
}

} // namespace bookstore::roles::catalog
