#include "roles/catalog/resync.hpp"

#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

#include "roles/group_member.hpp"
#include "roles/page_request.hpp"

namespace bookstore::roles::catalog {
namespace {

using base::Errc;
using boost::asio::awaitable;

/// The next books, each with a comma behind it. False when they were the last.
bool append_books(std::string& out, shop::ShelfWalk& walk, std::size_t limit) {
    return walk.next(limit, [&out](const shop::Book& book, std::int64_t sold) {
        json::append_book(out, book);
        out.back() = ','; // its end moves behind what an audit needs besides
        out += R"("sold":)" + std::to_string(sold) + "},";
    });
}

/// An array of what was appended.
void close(std::string& books) {
    if (books.back() == ',') books.pop_back();
    books += ']';
}

std::string page_of(const shop::CatalogState& state, shop::ItemId after, std::size_t limit) {
    shop::ShelfWalk walk(state, after);
    std::string body = "[";
    append_books(body, walk, limit);
    close(body);
    return body;
}

} // namespace

Resync::Resync(boost::asio::any_io_executor loop, base::Scheduler& scheduler, const shop::CatalogState& state,
               BesideShelf& beside)
    : loop_(std::move(loop)), scheduler_(scheduler), state_(state), beside_(beside) {}

awaitable<net::Response> Resync::answer(net::Request request) {
    auto asked = parse_page(request, "an item number", resync_books_max);
    if (auto* refusal = std::get_if<net::Response>(&asked)) co_return std::move(*refusal);
    const auto& page = std::get<PageRequest>(asked);
    auto answer =
        net::json_response("").with("Bookstore-Unsettled", std::to_string(state_.unsettled_count()));
    if (state_.size() + state_.sales_count() <= resync_digest_rows_max)
        answer.with("Bookstore-Digest", digest_text(state_.recompute_digest()));
    const shop::ItemId after{page.after};
    if (page.limit || state_.size() <= resync_books_max) {
        answer.body = page_of(state_, after, page.limit.value_or(resync_books_max));
        co_return answer;
    }
    if (!large_.expired()) co_return net::problem_from(Errc::overloaded);
    answer.held = std::make_shared<bool>();
    large_ = answer.held;
    auto books = co_await whole(after, request.deadline);
    if (!books)
        co_return net::problem_from(books.error(), "The catalogue could not be told whole. Ask for pages: "
                                                   "\"limit\" and \"after\" are for that.");
    answer.body = std::move(*books);
    co_return answer;
}

awaitable<base::result<std::string>> Resync::whole(shop::ItemId after, base::TimePoint deadline) {
    const auto walk = beside_.walk(state_, after);
    std::vector<std::string> pieces;
    std::size_t bytes = 2;
    for (bool more = true; more;) {
        if (walk->cleared()) co_return Errc::not_ready;
        if (scheduler_.now() >= deadline) co_return Errc::timed_out;
        more = append_books(pieces.emplace_back(), *walk, resync_books_max);
        bytes += pieces.back().size();
        co_await boost::asio::post(loop_, boost::asio::use_awaitable);
    }
    // Of the right size from the first: to move a hundred megabytes would take long, too.
    std::string books;
    books.reserve(bytes);
    books = "[";
    for (std::string& piece : pieces) {
        books += std::exchange(piece, {});
        co_await boost::asio::post(loop_, boost::asio::use_awaitable);
    }
    close(books);
    co_return books;
}

} // namespace bookstore::roles::catalog
