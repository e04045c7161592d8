#include <algorithm>

#include <bookstore/base/limits.hpp>

#include "ctl/arguments.hpp"
#include "ctl/command.hpp"
#include "ctl/purchase.hpp"
#include "ctl/show.hpp"

namespace bookstore::ctl {
namespace {

std::string key_for(Context& context) {
    const auto given = context.options.setting("key");
    if (!given) return context.random.uuid();
    const bool visible =
        std::all_of(given->begin(), given->end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (given->empty() || given->size() > base::limits::idempotency_key_bytes_max || !visible)
        throw UsageError("--key=" + *given + ": allowed are 1 to " +
                         std::to_string(base::limits::idempotency_key_bytes_max) +
                         " visible ASCII characters");
    return *given;
}

boost::asio::awaitable<int> buy(Context& context) {
    std::vector<Line> lines;
    for (const std::string& argument : context.options.arguments)
        lines.push_back(parse_line(argument));
    const std::string key = key_for(context);

    const net::Response response = co_await send_purchase(context.shop, lines, key);
    print_order(context, response);
    co_return 0;
}

constexpr CommandOption options[] = {
    {"key", "K", "The purchase's own key: the same key again is the same purchase."},
};

} // namespace

const Command buy_command{
    .name = "buy",
    .synopsis = "ITEM[xN]... [--key=K]",
    .summary = "Buys books: all of them, or none.",
    .details =
        "`buy 3` buys a copy of book 3, `buy 3x2 5` two of book 3 and one of book 5, as one order.\n"
        "The purchase carries a key, made here unless given, so that it is executed once even if it is\n"
        "sent to one frontend after another. If the outcome cannot be established, the key is shown:\n"
        "repeating the command with it is always safe.\n",
    .options = options,
    .arguments_min = 1,
    .arguments_max = base::limits::lines_per_order_max,
    .run = &buy,
};

} // namespace bookstore::ctl
