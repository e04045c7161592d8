#include "ctl/command.hpp"
#include "ctl/shop_json.hpp"
#include "ctl/status_view.hpp"

namespace bookstore::ctl {
namespace {

boost::asio::awaitable<std::string> fetch(Context& context) {
    net::HttpRequest request;
    request.target = "/v1/status";
    const net::Response response = co_await context.shop.send(std::move(request), Repeat::always);
    require_success(response);
    if (context.json()) co_return response.body + "\n";
    co_return show_status(response, context.shop.endpoint(), context.style);
}

/// Over the last display: from the top left corner, each line cleared behind its text, then all below.
std::string in_place(const std::string& text) {
    std::string out = "\x1b[H";
    for (const char c : text)
        out += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    return out + "\x1b[J";
}

boost::asio::awaitable<int> watch(Context& context, base::Duration interval, std::int64_t count) {
    const bool live = context.interactive && !context.json();
    if (live) context.out << "\x1b[2J";
    for (std::int64_t shown = 1;; ++shown) {
        std::string text;
        try {
            text = co_await fetch(context);
        } catch (const CommandFailed& e) { // the next one may succeed: that is what one watches for
            text = context.style.red(e.what()) + "\n";
        }
        context.out << (live ? in_place(text) : text) << std::flush;
        if (shown == count) co_return 0;
        const bool interrupted = co_await context.interruption.sleep(interval);
        if (interrupted) co_return 0;
        if (!live && !context.json()) context.out << "\n";
    }
}

boost::asio::awaitable<int> status(Context& context) {
    const auto interval_given = context.options.setting("interval");
    const auto count_given = context.options.setting("count");
    const base::Duration interval =
        interval_given ? parse_seconds("interval", *interval_given) : base::Duration(base::seconds(1));
    const std::int64_t count = count_given ? parse_integer("--count", *count_given, 1, 1'000'000'000) : 0;
    if (context.options.has("watch")) co_return co_await watch(context, interval, count);
    context.out << co_await fetch(context);
    co_return 0;
}

constexpr CommandOption options[] = {
    {"watch", "", "Shows it again and again, in place on a terminal, until Ctrl-C."},
    {"interval", "SECONDS", "How often: 1."},
    {"count", "N", "So many times, then ends."},
};

} // namespace

const Command status_command{
    .name = "status",
    .synopsis = "[--watch]",
    .summary = "Shows every replica as a frontend sees it.",
    .details =
        "Of each catalog and order replica: its state, whether it leads its group, the version and digest\n"
        "of its data, and when it last answered; and how the frontend's cache does. Replicas of a role\n"
        "that are at the same version must have the same digest; one that differs is shown in red. When\n"
        "all that lies on a replica's disk was last found right, by the scrub since its process was "
        "started,\n"
        "or that it is damaged; and which slots of a group have no voter.\n",
    .options = options,
    .arguments_min = 0,
    .arguments_max = 0,
    .run = &status,
};

} // namespace bookstore::ctl
