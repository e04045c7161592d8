#include "ctl/purchase.hpp"

#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace bookstore::ctl {

net::HttpRequest purchase_request(const std::vector<Line>& lines, const std::string& key) {
    boost::json::array asked;
    for (const Line& line : lines)
        asked.push_back(boost::json::object{{"item", line.item}, {"quantity", line.quantity}});
    net::HttpRequest request;
    request.verb = net::Verb::post;
    request.target = "/v1/orders";
    request.headers.emplace_back("Idempotency-Key", key);
    request.body = boost::json::serialize(boost::json::object{{"lines", std::move(asked)}});
    return request;
}

boost::asio::awaitable<net::Response> send_purchase(ShopClient& shop, std::vector<Line> lines,
                                                    std::string key) {
    net::HttpRequest request = purchase_request(lines, key);
    try {
        co_return co_await shop.send(std::move(request), Repeat::always);
    } catch (const OutcomeUnknown& e) {
        throw OutcomeUnknown(std::string(e.what()) + "; repeat it with --key=" + key +
                             " to learn the outcome: it will not be bought twice");
    }
}

} // namespace bookstore::ctl
