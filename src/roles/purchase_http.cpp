#include <bookstore/roles/purchase_http.hpp>

#include <string>

#include <bookstore/base/mutant.hpp>
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

namespace bookstore::roles {
namespace {

/// With the client's key, or one that nobody else will make; a refusal when the client's cannot be one.
PurchaseRequest with_key(std::optional<std::string_view> given, base::Random& random,
                         std::vector<shop::Line> lines) {
    if (!given) return Purchase{random.uuid(), std::move(lines)};
    if (shop::is_idempotency_key(*given)) return Purchase{std::string(*given), std::move(lines)};
    return net::problem(400, "Idempotency-Key must be 1 to 255 visible ASCII characters",
                        "bad-idempotency-key");
}

/// What the two surfaces answer alike.
net::Response refusal(const base::result<PurchaseAnswer>& answer) {
    if (!answer) {
        if (base::outcome_is_unknown(answer.error()))
            return net::problem_from(answer.error(),
                                     "The outcome could not be established in time. Repeating the request "
                                     "with the same Idempotency-Key is always safe.");
        return net::problem_from(answer.error());
    }
    if (answer->result == PurchaseAnswer::Result::unknown_item)
        return net::problem(404, "There is no item " + std::to_string(answer->item) + ".", "unknown-item");
    return net::problem(
        422, "This Idempotency-Key stands for a purchase with other lines. Use a new key for a new purchase.",
        "key-reused");
}

} // namespace

PurchaseRequest parse_buy(std::optional<std::string_view> item, std::optional<std::string_view> key,
                          base::Random& random) {
    if (!item) return net::problem(400, "The parameter \"item\" is missing: /buy?item=N.");
    const auto number = json::parse_positive(*item);
    if (!number) return net::problem(400, "The parameter \"item\" must be a positive integer.");
    return with_key(key, random, {shop::Line{shop::ItemId{*number}, 1}});
}

PurchaseRequest parse_buy(const net::Request& request, base::Random& random) {
    return parse_buy(request.parameter("item"), request.header("Idempotency-Key"), random);
}

PurchaseRequest parse_order(std::string_view body, std::optional<std::string_view> key,
                            base::Random& random) {
    auto lines = json::parse_order_request(body);
    if (!lines.value) return net::problem(400, lines.problem);
    return with_key(key, random, std::move(*lines.value));
}

PurchaseRequest parse_order(const net::Request& request, base::Random& random) {
    return parse_order(request.body, request.header("Idempotency-Key"), random);
}

net::Response buy_response(const base::result<PurchaseAnswer>& answer) {
    if (!answer && base::built_in("guesses-out-of-stock")) return net::text_response("Out of Stock");
    if (answer && answer->result == PurchaseAnswer::Result::bought) {
        const shop::Order& order = answer->order;
        const std::string title = order.lines.empty() ? std::string() : order.lines.front().title;
        return net::text_response("Bought " + title)
            .with("Bookstore-Order", std::to_string(shop::number(order.number)));
    }
    if (answer && answer->result == PurchaseAnswer::Result::out_of_stock)
        return net::text_response("Out of Stock");
    return refusal(answer);
}

net::Response order_response(const base::result<PurchaseAnswer>& answer) {
    if (answer && answer->result == PurchaseAnswer::Result::bought)
        return net::json_response(json::order(answer->order), 201)
            .with("Location", "/v1/orders/" + std::to_string(shop::number(answer->order.number)));
    if (answer && answer->result == PurchaseAnswer::Result::out_of_stock)
        return net::problem(409, "Not enough copies in stock; nothing was taken.", "out-of-stock",
                            json::short_member(answer->shortages));
    return refusal(answer);
}

std::variant<FindOrderRequest, net::Response> parse_find_order(const net::Request& request) {
    const auto number = json::parse_positive(request.captures.at(0));
    if (!number) return net::problem(400, "An order's number is a positive integer.");
    return FindOrderRequest{*number};
}

net::Response find_order_response(const base::result<FindOrderAnswer>& answer) {
    if (!answer) return net::problem_from(answer.error());
    if (!answer->order) return net::problem(404, "There is no order with this number.", "unknown-order");
    return net::json_response(json::order(*answer->order));
}

} // namespace bookstore::roles
