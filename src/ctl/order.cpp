#include <limits>

#include "ctl/command.hpp"
#include "ctl/show.hpp"

namespace bookstore::ctl {
namespace {

boost::asio::awaitable<int> order(Context& context) {
    const std::int64_t number = parse_integer("order number", context.options.arguments.front(), 1,
                                              std::numeric_limits<std::int64_t>::max());
    net::HttpRequest request;
    request.target = "/v1/orders/" + std::to_string(number);
    const net::Response response = co_await context.shop.send(std::move(request), Repeat::always);
    print_order(context, response);
    co_return 0;
}

} // namespace

const Command order_command{
    .name = "order",
    .synopsis = "NUMBER",
    .summary = "Shows an order.",
    .details = "NUMBER is what `buy` showed.\n",
    .options = {},
    .arguments_min = 1,
    .arguments_max = 1,
    .run = &order,
};

} // namespace bookstore::ctl
