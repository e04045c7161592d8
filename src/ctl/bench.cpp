#include <set>

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/base/limits.hpp>

#include "ctl/bench/buyers.hpp"
#include "ctl/crew.hpp"
#include "ctl/shop_json.hpp"

namespace bookstore::ctl {
namespace {

using namespace bench;
using boost::asio::awaitable;

/// What the shop has, at most a page of it, or those of it that were asked for.
awaitable<void> choose_books(Context& context, Load& load) {
    net::HttpRequest request;
    request.target = "/v1/books?limit=" + std::to_string(base::limits::page_books_max);
    const net::Response response = co_await context.shop.send(std::move(request), Repeat::always);
    require_success(response);
    std::set<std::string> topics;
    for (const Book& book : parse_page(response).books) {
        if (load.plan.items.empty()) load.items.push_back(book.id);
        topics.insert(book.topic);
    }
    if (topics.empty()) throw CommandFailed("the shop has no books: add some with POST /v1/books");
    load.topics.assign(topics.begin(), topics.end());
}

awaitable<void> watch(Context& context, Load& load, const Crew& crew) {
    std::uint64_t before = 0;
    while (!crew.idle()) {
        const bool interrupted = co_await context.interruption.sleep(base::seconds(1));
        if (interrupted) load.over = true;
        if (interrupted || context.scheduler.now() >= load.until) co_return;
        const DeedResults total = load.results.total();
        const std::uint64_t all = total.all();
        const bool warm = context.scheduler.now() >= load.measured_from;
        if (context.interactive && !context.json())
            context.out << "\r"
                        << (warm ? std::to_string(all) + " requests, " + std::to_string(all - before) +
                                       " in the last second, " + std::to_string(total.refused) +
                                       " refused, " + std::to_string(total.failed) + " failed"
                                 : "warming up")
                        << "\x1b[K" << std::flush;
        before = all;
    }
}

void report(Context& context, const Load& load) {
    if (context.json()) {
        context.out << boost::json::serialize(in_json(load.plan, load.results)) << "\n";
        return;
    }
    if (context.interactive) context.out << "\r\x1b[K";
    const std::string loop =
        load.plan.rate ? "open loop at " + std::to_string(std::llround(*load.plan.rate)) + " a second, " : "";
    context.out << load.plan.mix.name << ": " << loop << load.plan.clients << " clients, "
                << load.items.size() << " books, seed " << load.plan.seed << "\n"
                << in_text(load.plan, load.results, context.style);
}

awaitable<int> bench_shop(Context& context) {
    const Plan plan = plan_of(context.options, context.random.next());
    const auto run = "bench-" + context.random.uuid().substr(0, 8);
    Load load{.context = context,
              .plan = plan,
              .run = run,
              .items = plan.items,
              .topics = {},
              .pace = Pace({}, {}),
              .measured_from = {},
              .until = {},
              .results = {}};
    co_await choose_books(context, load);

    const auto start = context.scheduler.now();
    load.pace = Pace(start, plan.rate);
    load.measured_from = start + plan.warm_up;
    load.until = load.measured_from + plan.duration;
    std::vector<std::unique_ptr<Buyer>> buyers;
    Crew crew(co_await boost::asio::this_coro::executor);
    for (std::uint64_t number = 0; number < plan.clients; ++number) {
        buyers.push_back(std::make_unique<Buyer>(load, number, base::Random(plan.seed * 1'000'003 + number)));
        const auto task = [buyer = buyers.back().get()] { return buyer->run(); };
        crew.start(task);
    }
    co_await watch(context, load, crew);
    co_await crew.wait();
    load.results.measured = std::max(load.last_answer - load.measured_from, base::Duration{});
    report(context, load);
    const DeedResults total = load.results.total();
    co_return total.answered() > 0 && total.failed == 0 && load.results.unsent == 0 ? 0 : 1;
}

constexpr CommandOption options[] = {
    {"mix", "NAME",
     "lookup, search, buy; or browse (5 % buy), shop (20 %),\norder (50 %), after TPC-W's; or buy:N, N % "
     "purchases and\nelse lookups: browse."},
    {"clients", "N", "So many at a time, a connection each: 16."},
    {"rate", "N",
     "Requests a second, whatever the shop does. A latency\ncounts from when its request was due. "
     "Without it each\nclient sends the next when it has its answer."},
    {"seconds", "N", "How long: 10."},
    {"requests", "N", "Ends after so many."},
    {"warm-up", "N", "Seconds before, which do not count: 1."},
    {"items", "N[-M]", "Looks up and buys these: the first thousand there are.\nOne book: a hot item."},
    {"seed", "N", "Draws the same deeds and books again."},
};

} // namespace

const Command bench_command{
    .name = "bench",
    .synopsis = "[--mix=NAME] ...",
    .summary = "Measures latencies and throughput.",
    .details =
        "Looks up, searches and buys at random, through all frontends given, and prints how many requests\n"
        "were answered in a second and how long they took, in milliseconds: the mean with its 95 %\n"
        "confidence interval, and percentiles. What is bought is bought: stock goes down, orders stay.\n"
        "With a --rate that the shop does not keep up with, latencies grow for as long as it runs: that\n"
        "is what buyers would see. Ctrl-C ends it early.\n"
        "\nExit status: 0 no request failed (503 and out of stock are answers), 1 some did, or were never "
        "sent.\n",
    .options = options,
    .arguments_min = 0,
    .arguments_max = 0,
    .run = &bench_shop,
};

} // namespace bookstore::ctl
