#pragma once
/// \file
/// Changes to a book, which are not repeated when they may have been executed: a restock twice is twice the
/// books.
#include <string>
#include <string_view>

#include "ctl/command.hpp"
#include "ctl/shop_json.hpp"

namespace bookstore::ctl {

/// PATCH /v1/books/{item} with one member. Throws CommandFailed; OutcomeUnknown says how to find out.
boost::asio::awaitable<net::Response> change_book(ShopClient& shop, std::int64_t item, std::string member,
                                                  std::int64_t value);

} // namespace bookstore::ctl
