#pragma once
/// \file
/// GET /resync: a catalog's books as this replica has them, so that replicas can be compared.
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/http_message.hpp>
#include <bookstore/shop/catalog_state.hpp>

#include "roles/catalog/beside_shelf.hpp"

namespace bookstore::roles::catalog {

/// Books of a page, and of one turn of the loop.
constexpr std::size_t resync_books_max = 2'000;
/// Rows, books and sales, up to which an answer tells the digest as they add up to it.
constexpr std::size_t resync_digest_rows_max = 50'000;

/// Thread: the loop. What is given outlives this, and this its calls.
class Resync {
public:
    /// `beside`: the observer of the shelf of `state`.
    Resync(boost::asio::any_io_executor loop, base::Scheduler& scheduler, const shop::CatalogState& state,
           BesideShelf& beside);

    /// ?after=N&limit=N: the books that follow N, as GET /v1/books has pages; without a limit all of them.
    /// Without the headers that name version and source: what is told is the state at the moment of the call,
    /// however long it takes. More than a page is gathered over many turns of the loop. One such answer at a
    /// time, until it has been sent; 503 for another, when the deadline passes, and when the contents are
    /// replaced meanwhile.
    boost::asio::awaitable<net::Response> answer(net::Request request);

private:
    boost::asio::awaitable<base::result<std::string>> whole(shop::ItemId after, base::TimePoint deadline);

    boost::asio::any_io_executor loop_;
    base::Scheduler& scheduler_;
    const shop::CatalogState& state_;
    BesideShelf& beside_;
    std::weak_ptr<void> large_; ///< the answer that is being made or sent
};

} // namespace bookstore::roles::catalog
