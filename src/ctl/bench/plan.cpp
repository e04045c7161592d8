#include "ctl/bench/plan.hpp"

#include <charconv>
#include <limits>

namespace bookstore::ctl::bench {
namespace {

constexpr std::int64_t items_max = 1'000'000;

std::optional<std::int64_t> number(const Options& options, std::string_view name, std::int64_t least,
                                   std::int64_t most) {
    const auto given = options.setting(name);
    if (!given) return std::nullopt;
    return parse_integer("--" + std::string(name), *given, least, most);
}

std::optional<double> rate_in(const Options& options) {
    constexpr double least = 0.1, most = 1e6;
    const auto given = options.setting("rate");
    if (!given) return std::nullopt;
    double rate = 0;
    const auto [end, failure] = std::from_chars(given->data(), given->data() + given->size(), rate);
    if (failure != std::errc{} || end != given->data() + given->size() || !(rate >= least && rate <= most))
        throw UsageError("--rate=" + *given + ": allowed is 0.1 to 1000000 (requests a second)");
    return rate;
}

/// "7", or "1-1000".
std::vector<std::int64_t> items_in(const Options& options) {
    const auto given = options.setting("items");
    if (!given) return {};
    constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max() - items_max;
    const std::size_t dash = given->find('-');
    const auto first = parse_integer("--items", given->substr(0, dash), 1, any);
    const auto last = dash == std::string::npos
                          ? first
                          : parse_integer("--items", given->substr(dash + 1), first, first + items_max - 1);
    std::vector<std::int64_t> items;
    for (auto item = first; item <= last; ++item)
        items.push_back(item);
    return items;
}

} // namespace

Plan plan_of(const Options& options, std::uint64_t seed) {
    constexpr std::int64_t clients_max = 1024, seconds_max = 86'400;
    constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
    Plan plan;
    plan.mix = mix_called(options.setting("mix").value_or("browse"));
    plan.clients = static_cast<std::size_t>(number(options, "clients", 1, clients_max).value_or(16));
    plan.rate = rate_in(options);
    if (const auto given = number(options, "requests", 1, any)) {
        plan.requests = static_cast<std::uint64_t>(*given);
        plan.duration = base::seconds(seconds_max);
    }
    if (const auto given = number(options, "seconds", 1, seconds_max)) plan.duration = base::seconds(*given);
    if (const auto given = number(options, "warm-up", 0, seconds_max)) plan.warm_up = base::seconds(*given);
    plan.items = items_in(options);
    plan.seed = static_cast<std::uint64_t>(
        number(options, "seed", 0, any).value_or(static_cast<std::int64_t>(seed % 1'000'000)));
    return plan;
}

} // namespace bookstore::ctl::bench
