#include <limits>

#include "ctl/arguments.hpp"
#include "ctl/change_book.hpp"
#include "ctl/show.hpp"

namespace bookstore::ctl {
namespace {

boost::asio::awaitable<int> restock(Context& context) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const std::int64_t item = parse_item(context.options.arguments[0]);
    const std::int64_t delta = parse_integer("delta", context.options.arguments[1], -most, most);
    const net::Response response = co_await change_book(context.shop, item, "delta", delta);
    print_book(context, response);
    co_return 0;
}

} // namespace

const Command restock_command{
    .name = "restock",
    .synopsis = "ITEM DELTA",
    .summary = "Adds copies to the stock of a book, or takes some away.",
    .details =
        "DELTA is a whole number: 10 adds ten copies, -2 takes two away, if there are two. Needs the admin\n"
        "credential when the shop has one. Not repeated when the outcome is unknown.\n",
    .options = {},
    .arguments_min = 2,
    .arguments_max = 2,
    .run = &restock,
};

} // namespace bookstore::ctl
