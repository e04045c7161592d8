#include <bookstore/roles/purchase_http.hpp>

#include <string>

#include <bookstore/base/mutant.hpp>
#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>

namespace bookstore::roles {
namespace {

/// The client's key, or one that nobody else will make; a refusal when the client's cannot be one.
std::variant<std::string, net::Response> key_of(const net::Request& request, base::Random& random) {
    const auto given = request.header("Idempotency-Key");
    if (!given) return random.uuid();
    if (shop::is_idempotency_key(*given)) return std::string(*given);
    return net::problem(400, "Idempotency-Key must be 1 to 255 visible ASCII characters",
                        "bad-idempotency-key");
}

PurchaseRequest with_key(const net::Request& request, base::Random& random, std::vector<shop::Line> lines) {
    auto key = key_of(request, random);
    if (auto* refusal = std::get_if<net::Response>(&key)) return std::move(*refusal);
    return Purchase{std::get<std::string>(std::move(key)), std::move(lines)};
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

PurchaseRequest parse_buy(const net::Request& request, base::Random& random) {
    const auto text = request.parameter("item");
    if (!text) return net::problem(400, "The parameter \"item\" is missing: /buy?item=N.");
    const auto item = json::parse_positive(*text);
    if (!item) return net::problem(400, "The parameter \"item\" must be a positive integer.");
    return with_key(request, random, {shop::Line{shop::ItemId{*item}, 1}});
}

PurchaseRequest parse_order(const net::Request& request, base::Random& random) {
    auto lines = json::parse_order_request(request.body);
    if (!lines.value) return net::problem(400, lines.problem);
    return with_key(request, random, std::move(*lines.value));
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
