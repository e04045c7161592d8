#include "ctl/arguments.hpp"
#include "ctl/command.hpp"
#include "ctl/show.hpp"

namespace bookstore::ctl {
namespace {

boost::asio::awaitable<int> lookup(Context& context) {
    net::HttpRequest request;
    request.target = "/v1/books/" + std::to_string(parse_item(context.options.arguments.front()));
    const net::Response response = co_await context.shop.send(std::move(request), Repeat::always);
    print_book(context, response);
    co_return 0;
}

} // namespace

const Command lookup_command{
    .name = "lookup",
    .synopsis = "ITEM",
    .summary = "Shows a book: title, topic, price, stock.",
    .details = "ITEM is the book's number, as `search` shows it.\n",
    .options = {},
    .arguments_min = 1,
    .arguments_max = 1,
    .run = &lookup,
};

} // namespace bookstore::ctl
