#include "ctl/arguments.hpp"
#include "ctl/change_book.hpp"
#include "ctl/show.hpp"

namespace bookstore::ctl {
namespace {

boost::asio::awaitable<int> price(Context& context) {
    const std::int64_t item = parse_item(context.options.arguments[0]);
    const std::int64_t cost = parse_cost(context.options.arguments[1]);
    const net::Response response = co_await change_book(context.shop, item, "cost", cost);
    print_book(context, response);
    co_return 0;
}

} // namespace

const Command price_command{
    .name = "price",
    .synopsis = "ITEM COST",
    .summary = "Sets the price of a book.",
    .details =
        "COST is a whole number of the smallest unit, as the interface has it (250), or an amount with two\n"
        "decimals, as the tables show it (2.50). Needs the admin credential when the shop has one. Not\n"
        "repeated when the outcome is unknown.\n",
    .options = {},
    .arguments_min = 2,
    .arguments_max = 2,
    .run = &price,
};

} // namespace bookstore::ctl
