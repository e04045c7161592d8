#pragma once
/// \file
/// Reads over HTTP: requests into queries. Pure.
#include <variant>

#include <bookstore/net/http_message.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles::frontend {

/// What to ask the catalog, or the 400 that says what is wrong and what is allowed.
using ReadRequest = std::variant<Query, net::Response>;

ReadRequest parse_search(const net::Request& request); ///< /search?topic=T
ReadRequest parse_lookup(const net::Request& request); ///< /lookup?item=N
ReadRequest parse_page(const net::Request& request);   ///< /v1/books?topic=T&q=words&limit=N&after=N
ReadRequest parse_book(const net::Request& request);   ///< /v1/books/{id}

} // namespace bookstore::roles::frontend
