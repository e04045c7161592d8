#pragma once
/// \file
/// GET /resync: a catalog's books as this replica has them, so that replicas can be compared.
#include <bookstore/net/router.hpp>
#include <bookstore/shop/catalog_state.hpp>

namespace bookstore::roles::catalog {

/// Books of a page.
constexpr std::size_t resync_books_max = 20'000;
/// Rows, books and sales, up to which an answer tells the digest as they add up to it.
constexpr std::size_t resync_digest_rows_max = 50'000;

/// ?after=N&limit=N: the books that follow N, as GET /v1/books has pages; without a limit all of them. Made
/// in one go on the loop, so that they are one version's: of a large catalogue ask for pages. Without the
/// headers that name version and source.
net::Response resync_page(const net::Request& request, const shop::CatalogState& state);

} // namespace bookstore::roles::catalog
