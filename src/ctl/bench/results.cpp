#include "ctl/bench/results.hpp"

#include <cmath>
#include <cstdio>

namespace bookstore::ctl::bench {
namespace {

constexpr double confident = 1.96; ///< standard errors, for 95 % of normally distributed means

double in_us(base::Duration duration) {
    return static_cast<double>(duration.count()) / 1e3;
}

std::string in_ms(base::Duration duration) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(duration.count()) / 1e6);
    return text;
}

double per_second(std::uint64_t count, base::Duration time) {
    return time.count() > 0 ? static_cast<double>(count) * 1e9 / static_cast<double>(time.count()) : 0;
}

base::Duration half_interval(const Histogram& latency) {
    if (latency.count() < 2) return {};
    const double error =
        static_cast<double>(latency.deviation().count()) / std::sqrt(static_cast<double>(latency.count()));
    return base::Duration(std::llround(confident * error));
}

std::vector<std::string> row(std::string name, const DeedResults& deed, base::Duration measured) {
    const Histogram& latency = deed.latency;
    return {std::move(name),
            std::to_string(deed.answered()),
            std::to_string(std::llround(per_second(deed.answered(), measured))),
            in_ms(latency.mean()) + " ± " + in_ms(half_interval(latency)),
            in_ms(latency.percentile(0.5)),
            in_ms(latency.percentile(0.9)),
            in_ms(latency.percentile(0.99)),
            in_ms(latency.percentile(0.999)),
            in_ms(latency.max()),
            std::to_string(deed.cached),
            std::to_string(deed.sold_out),
            std::to_string(deed.refused),
            std::to_string(deed.failed)};
}

boost::json::object in_json(const DeedResults& deed, base::Duration measured) {
    const Histogram& latency = deed.latency;
    return {{"answered", deed.answered()},
            {"per_second", per_second(deed.answered(), measured)},
            {"mean_us", in_us(latency.mean())},
            {"mean_confidence95_us", in_us(half_interval(latency))},
            {"p50_us", in_us(latency.percentile(0.5))},
            {"p90_us", in_us(latency.percentile(0.9))},
            {"p99_us", in_us(latency.percentile(0.99))},
            {"p999_us", in_us(latency.percentile(0.999))},
            {"max_us", in_us(latency.max())},
            {"cached", deed.cached},
            {"out_of_stock", deed.sold_out},
            {"refused", deed.refused},
            {"failed", deed.failed}};
}

} // namespace

void DeedResults::add(const DeedResults& other) {
    latency.add(other.latency);
    cached += other.cached;
    sold_out += other.sold_out;
    refused += other.refused;
    failed += other.failed;
}

DeedResults Results::total() const {
    DeedResults all;
    for (const DeedResults& deed : of)
        all.add(deed);
    return all;
}

std::string in_text(const Plan& plan, const Results& results, const Style& style) {
    TextTable table({{""},
                     {"answered", Align::right},
                     {"a second", Align::right},
                     {"mean, ms", Align::right},
                     {"p50", Align::right},
                     {"p90", Align::right},
                     {"p99", Align::right},
                     {"p99.9", Align::right},
                     {"max", Align::right},
                     {"cached", Align::right},
                     {"sold out", Align::right},
                     {"refused", Align::right},
                     {"failed", Align::right}});
    std::size_t kinds = 0;
    for (const Deed deed : {Deed::lookup, Deed::search, Deed::buy}) {
        if (!plan.mix.has(deed)) continue;
        table.add(row(std::string(to_string(deed)), results.at(deed), results.measured));
        ++kinds;
    }
    if (kinds > 1) {
        table.rule();
        table.add(row("all", results.total(), results.measured));
    }
    std::string text = table.text(style);
    if (results.unsent > 0)
        text += std::to_string(results.unsent) + " more were due and never sent: the shop, or " +
                std::to_string(plan.clients) + " clients, cannot keep up with that rate\n";
    return text;
}

boost::json::object in_json(const Plan& plan, const Results& results) {
    boost::json::object all{{"mix", plan.mix.name},
                            {"clients", plan.clients},
                            {"loop", plan.rate ? "open" : "closed"},
                            {"seed", plan.seed},
                            {"seconds", in_us(results.measured) / 1e6}};
    if (plan.rate) {
        all["rate"] = *plan.rate;
        all["unsent"] = results.unsent;
    }
    for (const Deed deed : {Deed::lookup, Deed::search, Deed::buy})
        if (plan.mix.has(deed)) all[to_string(deed)] = in_json(results.at(deed), results.measured);
    all["all"] = in_json(results.total(), results.measured);
    return all;
}

} // namespace bookstore::ctl::bench
