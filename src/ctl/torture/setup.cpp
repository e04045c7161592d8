#include "ctl/torture/setup.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "ctl/audit_read.hpp"
#include "ctl/shop_json.hpp"

namespace bookstore::ctl::torture {

using boost::asio::awaitable;

awaitable<std::vector<Victim>> find_victims(Context& context) {
    std::vector<Victim> victims;
    const auto replicas = co_await find_replicas(context);
    for (const ReplicaAddress& replica : replicas) {
        const std::size_t space = replica.name.find(' ');
        victims.push_back({replica.name.substr(0, space),
                           static_cast<unsigned>(std::stoul(replica.name.substr(space + 1))),
                           replica.endpoint});
    }
    for (const net::Endpoint& endpoint : context.options.endpoints) {
        std::vector<net::Endpoint> only{endpoint};
        ShopClient shop(context.http, context.scheduler, std::move(only), context.options.timeout);
        net::HttpRequest request;
        request.target = "/v1/status";
        const net::Response response = co_await shop.send(std::move(request), Repeat::always);
        require_success(response);
        const auto id = with_json(response, [](const boost::json::value& status) {
            return status.at("frontend").at("id").to_number<unsigned>();
        });
        victims.push_back({"frontend", id, endpoint});
    }
    co_return victims;
}

awaitable<std::vector<history::Item>> add_books(Context& context, Recorder& recorder, std::size_t count,
                                                std::string run) {
    constexpr std::int64_t stock = 30;
    std::vector<history::Item> items;
    for (std::size_t i = 1; i <= count; ++i) {
        const auto cost = static_cast<std::int64_t>(100 * i);
        net::HttpRequest request;
        request.verb = net::Verb::post;
        request.target = "/v1/books";
        request.body = boost::json::serialize(boost::json::object{{"title", run + " " + std::to_string(i)},
                                                                  {"topic", "torture"},
                                                                  {"cost", cost},
                                                                  {"stock", stock}});
        const Instant call = recorder.now();
        // Once more may be a book more, which nobody looks at; but a shop in trouble is none to begin with.
        const net::Response response = co_await context.shop.send(std::move(request), Repeat::if_refused);
        require_success(response);
        history::Add added{.shown = {stock, cost}, .outcome = history::Add::Outcome::done};
        added.item = static_cast<history::Item>(parse_book(response).id);
        items.push_back(added.item);
        recorder.add(0, call, std::move(added));
    }
    std::ranges::sort(items);
    co_return items;
}

} // namespace bookstore::ctl::torture
