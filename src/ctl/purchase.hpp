#pragma once
/// \file
/// A purchase, sent so that it happens at most once.
#include <string>
#include <vector>

#include <bookstore/ctl/shop_client.hpp>
#include <bookstore/net/http_client.hpp>

#include "ctl/arguments.hpp"

namespace bookstore::ctl {

net::HttpRequest purchase_request(const std::vector<Line>& lines, const std::string& key);

/// POST /v1/orders with `key`, from one frontend to the next. Throws CommandFailed; OutcomeUnknown names the
/// key.
boost::asio::awaitable<net::Response> send_purchase(ShopClient& shop, std::vector<Line> lines,
                                                    std::string key);

} // namespace bookstore::ctl
