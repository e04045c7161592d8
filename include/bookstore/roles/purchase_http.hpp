#pragma once
/// \file
/// Buying over HTTP, the same at frontends and order replicas: requests into purchases, answers into
/// responses. Pure but for the dice that make a key.
#include <optional>
#include <string_view>
#include <variant>

#include <bookstore/base/error.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/net/http_message.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles {

/// What to do with a request: pass the purchase on, or answer at once because it cannot be one.
using PurchaseRequest = std::variant<Purchase, net::Response>;

/// GET or POST /buy?item=N; the route must not serve HEAD, for to look at a purchase is not to make it.
/// `random` makes the key when the client gave none.
PurchaseRequest parse_buy(const net::Request& request, base::Random& random);
/// POST /v1/orders.
PurchaseRequest parse_order(const net::Request& request, base::Random& random);
/// The same from their parts: the parameter `item`, or the body, and the header Idempotency-Key.
PurchaseRequest parse_buy(std::optional<std::string_view> item, std::optional<std::string_view> key,
                          base::Random& random);
PurchaseRequest parse_order(std::string_view body, std::optional<std::string_view> key, base::Random& random);

/// `Bought <title>` with Bookstore-Order, or `Out of Stock`; an error is a problem.
net::Response buy_response(const base::result<PurchaseAnswer>& answer);
/// 201 with Location and the order; an error is a problem.
net::Response order_response(const base::result<PurchaseAnswer>& answer);

/// GET /v1/orders/{number}: the number, or nothing when it is no positive integer.
std::variant<FindOrderRequest, net::Response> parse_find_order(const net::Request& request);
net::Response find_order_response(const base::result<FindOrderAnswer>& answer);

} // namespace bookstore::roles
