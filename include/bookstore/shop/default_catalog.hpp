#pragma once
/// \file
/// The original's seven books.
#include <vector>

#include <bookstore/shop/book.hpp>

namespace bookstore::shop {

/// Ids 1 to 7, five copies each.
std::vector<Book> default_catalog();

} // namespace bookstore::shop
