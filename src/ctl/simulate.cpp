#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ctl/simulation.hpp"

namespace bookstore::ctl {
namespace {

using Kind = SimulatedEvent::Kind;

struct Plan {
    base::Duration interval = base::seconds(5);
    std::int64_t count = 0;         ///< of requests; 0: until interrupted
    std::int64_t restock_every = 3; ///< requests; 0: never
};

Plan plan_of(const Options& options) {
    constexpr std::int64_t most = 1'000'000'000;
    Plan plan;
    if (const auto given = options.setting("interval")) plan.interval = parse_seconds("interval", *given);
    if (const auto given = options.setting("count")) plan.count = parse_integer("--count", *given, 1, most);
    if (const auto given = options.setting("restock-every"))
        plan.restock_every = parse_integer("--restock-every", *given, 0, most);
    return plan;
}

/// What the whole run came to.
struct Tally {
    std::int64_t good = 0, notices = 0, failures = 0;
    base::Duration took{}, longest{};

    void add(const SimulatedEvent& event) {
        ++(event.kind == Kind::good ? good : event.kind == Kind::notice ? notices : failures);
        took += event.took;
        longest = std::max(longest, event.took);
    }
    std::int64_t all() const { return good + notices + failures; }
};

std::string in_ms(base::Duration duration) {
    const auto tenths = std::chrono::duration_cast<std::chrono::microseconds>(duration).count() / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, display_width(text)), ' ');
}

/// "12:00:05  buy      RPCs for Dummies      bought for 2.00, order 17  3.1 ms"
std::string as_line(const SimulatedEvent& event, const std::string& at, const Style& style) {
    constexpr std::size_t action_width = 7, subject_width = 50, result_width = 30;
    const std::string result = padded(event.result, result_width);
    const std::string coloured = event.kind == Kind::failure  ? style.red(result)
                                 : event.kind == Kind::notice ? style.yellow(result)
                                 : event.action == "buy"      ? style.green(result)
                                                              : result;
    return style.dim(at.substr(11, 8)) + "  " + style.bold(padded(event.action, action_width)) + "  " +
           padded(event.subject, subject_width) + "  " + coloured + "  " + style.dim(in_ms(event.took)) +
           "\n";
}

std::string as_json(const SimulatedEvent& event, const std::string& at) {
    const auto took_us = std::chrono::duration_cast<std::chrono::microseconds>(event.took).count();
    return boost::json::serialize(boost::json::object{{"at", at},
                                                      {"action", event.action},
                                                      {"subject", event.subject},
                                                      {"result", event.result},
                                                      {"ok", event.kind != Kind::failure},
                                                      {"took_us", took_us}}) +
           "\n";
}

/// A line at a time, whole: whoever interrupts us never leaves half a line behind.
void tell(Context& context, Tally& tally, const SimulatedEvent& event) {
    tally.add(event);
    const std::string at = base::to_iso8601(context.scheduler.wall_now());
    context.out << (context.json() ? as_json(event, at) : as_line(event, at, context.style)) << std::flush;
}

std::string summary(const Tally& tally) {
    return std::to_string(tally.all()) + " requests: " + std::to_string(tally.good) + " served, " +
           std::to_string(tally.notices) + " out of stock, " + std::to_string(tally.failures) + " failed; " +
           in_ms(tally.took / std::max<std::int64_t>(1, tally.all())) + " on average, " +
           in_ms(tally.longest) + " at most";
}

boost::asio::awaitable<int> simulate(Context& context) {
    const Plan plan = plan_of(context.options);
    if (const auto seed = context.options.setting("seed"))
        context.random =
            base::Random(static_cast<std::uint64_t>(parse_integer("--seed", *seed, 0, INT64_MAX)));

    Simulation simulation(context);
    Tally tally;
    for (std::int64_t visits = 1;; ++visits) {
        const SimulatedEvent visit = co_await simulation.visit();
        tell(context, tally, visit);
        if (plan.restock_every > 0 && visits % plan.restock_every == 0 && simulation.may_restock()) {
            const SimulatedEvent restock = co_await simulation.restock();
            tell(context, tally, restock);
        }
        if (visits == plan.count) break;
        const bool interrupted = co_await context.interruption.sleep(plan.interval);
        if (interrupted) break;
    }
    if (!context.json()) context.out << context.style.bold(summary(tally)) << "\n" << std::flush;
    co_return tally.failures < tally.all() ? 0 : 1;
}

constexpr CommandOption options[] = {
    {"interval", "SECONDS", "Between two requests: 5."},
    {"count", "N", "So many requests, then ends."},
    {"restock-every", "N", "A restock after every N requests: 3. 0: never."},
    {"seed", "N", "The same choices as another run with that seed."},
};

} // namespace

const Command simulate_command{
    .name = "simulate",
    .synopsis = "[--count=N]",
    .summary = "Searches, looks up and buys at random.",
    .details =
        "Does what the original's client does: every few seconds a random search, lookup or purchase, and\n"
        "now and then two more copies of a random book. Ends at Ctrl-C, with a summary. Failures are\n"
        "shown and survived; the exit status is 1 when nothing else happened.\n",
    .options = options,
    .arguments_min = 0,
    .arguments_max = 0,
    .run = &simulate,
};

} // namespace bookstore::ctl
