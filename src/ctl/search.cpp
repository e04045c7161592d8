#include <algorithm>
#include <iterator>

#include <boost/json/serialize.hpp>

#include <bookstore/base/limits.hpp>

#include "ctl/command.hpp"
#include "ctl/show.hpp"

namespace bookstore::ctl {
namespace {

constexpr std::int64_t limit_default = 100, limit_max = 1'000'000;

std::string target(const Context& context, std::int64_t wanted, const std::string& after) {
    const auto page = std::min(wanted, static_cast<std::int64_t>(base::limits::page_books_max));
    std::string text = "/v1/books?limit=" + std::to_string(page);
    if (!context.options.arguments.empty())
        text += "&topic=" + net::percent_encode(context.options.arguments.front());
    if (const auto words = context.options.setting("query")) text += "&q=" + net::percent_encode(*words);
    if (!after.empty()) text += "&after=" + net::percent_encode(after);
    return text;
}

boost::asio::awaitable<int> search(Context& context) {
    const auto setting = context.options.setting("limit");
    const std::int64_t limit = setting ? parse_integer("--limit", *setting, 1, limit_max) : limit_default;

    Page found;
    do {
        net::HttpRequest request;
        request.target = target(context, limit - static_cast<std::int64_t>(found.books.size()), found.next);
        const net::Response response = co_await context.shop.send(std::move(request), Repeat::always);
        require_success(response);
        Page page = parse_page(response);
        if (page.books.empty()) page.next.clear(); // whatever it says: this is the end
        std::move(page.books.begin(), page.books.end(), std::back_inserter(found.books));
        std::move(page.raw.begin(), page.raw.end(), std::back_inserter(found.raw));
        found.next = std::move(page.next);
    } while (!found.next.empty() && static_cast<std::int64_t>(found.books.size()) < limit);

    if (context.json()) {
        context.out << R"({"books":)" << boost::json::serialize(found.raw) << "}\n";
    } else {
        context.out << show_books(found.books, context.style);
        if (!found.next.empty())
            context.out << context.style.dim("there are more; --limit=N shows them") << "\n";
    }
    co_return 0;
}

constexpr CommandOption options[] = {
    {"query", "WORDS", "Books whose titles hold these words."},
    {"limit", "N", "At most so many books, 100 unless told."},
};

} // namespace

const Command search_command{
    .name = "search",
    .synopsis = "[TOPIC] [--query=WORDS]",
    .summary = "Lists books by topic, by words of the title, or all.",
    .details =
        "Lists the books of a topic (ds, gs), those whose titles hold all the words, or, without either,\n"
        "the whole catalogue. Prices are amounts; the interface counts them in hundredths.\n",
    .options = options,
    .arguments_min = 0,
    .arguments_max = 1,
    .run = &search,
};

} // namespace bookstore::ctl
