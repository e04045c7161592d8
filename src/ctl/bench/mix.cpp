#include "ctl/bench/mix.hpp"

#include <bookstore/ctl/options.hpp>

namespace bookstore::ctl::bench {
namespace {

const Mix mixes[] = {
    {"lookup", {100, 0, 0}}, {"search", {0, 100, 0}}, {"buy", {0, 0, 100}},
    {"browse", {76, 19, 5}}, {"shop", {64, 16, 20}},  {"order", {40, 10, 50}},
};

} // namespace

std::string_view to_string(Deed deed) {
    constexpr std::string_view names[] = {"lookup", "search", "buy"};
    return names[static_cast<std::size_t>(deed)];
}

Deed Mix::draw(base::Random& dice) const {
    auto drawn = static_cast<unsigned>(dice.below(100));
    for (std::size_t i = 0; i + 1 < deeds; ++i) {
        if (drawn < percent[i]) return static_cast<Deed>(i);
        drawn -= percent[i];
    }
    return static_cast<Deed>(deeds - 1);
}

Mix mix_called(const std::string& name) {
    constexpr std::string_view share = "buy:";
    if (name.starts_with(share)) {
        const auto buys = parse_integer("--mix=buy:N", name.substr(share.size()), 0, 100);
        return {name, {100 - static_cast<unsigned>(buys), 0, static_cast<unsigned>(buys)}};
    }
    std::string allowed;
    for (const Mix& mix : mixes) {
        if (mix.name == name) return mix;
        allowed += (allowed.empty() ? "" : ", ") + std::string(mix.name);
    }
    throw UsageError("--mix=" + name + ": allowed are " + allowed + ", buy:N");
}

} // namespace bookstore::ctl::bench
