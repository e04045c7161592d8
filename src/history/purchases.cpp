#include "history/purchases.hpp"

#include <algorithm>

#include "history/describe.hpp"

namespace bookstore::history {
namespace {

bool decided(const Buy& buy) {
    using enum Buy::Outcome;
    return buy.outcome == bought || buy.outcome == out_of_stock || buy.outcome == unknown_item;
}

/// What both tell is the same; what only one of them tells contradicts nothing.
bool agree(const Buy& one, const Buy& other) {
    if (one.outcome != other.outcome) return false;
    if (one.outcome == Buy::Outcome::bought)
        return one.lines == other.lines && (one.order == other.order || one.order == 0 || other.order == 0);
    return one.shortages == other.shortages || one.shortages.empty() || other.shortages.empty();
}

bool same_content(const Buy& one, const Buy& other) {
    return std::equal(
        one.lines.begin(), one.lines.end(), other.lines.begin(), other.lines.end(),
        [](const BuyLine& a, const BuyLine& b) { return a.item == b.item && a.quantity == b.quantity; });
}

} // namespace

std::map<std::string_view, Purchase> merge_tries(const History& history, std::vector<std::string>& problems) {
    std::map<std::string_view, Purchase> purchases;
    for (std::size_t at = 0; at < history.size(); ++at) {
        const Buy* buy = std::get_if<Buy>(&history[at].what);
        if (buy == nullptr || (!decided(*buy) && buy->outcome != Buy::Outcome::unknown)) continue;
        const Instant returned = decided(*buy) ? history[at].returned.value_or(never) : never;
        const auto [found, is_first] =
            purchases.try_emplace(buy->key, Purchase{history[at].call, returned, at, *buy});
        if (is_first) continue;
        Purchase& all = found->second;
        if (decided(*buy) && decided(all.buy) && !agree(*buy, all.buy))
            problems.push_back("key " + buy->key + ": two different answers\n  " +
                               describe(history, all.origin) + "\n  " + describe(history, at));
        else if (decided(*buy) && decided(all.buy) && !same_content(*buy, all.buy))
            problems.push_back("key " + buy->key + ": answered for two different contents\n  " +
                               describe(history, all.origin) + "\n  " + describe(history, at));
        all.call = std::min(all.call, history[at].call);
        all.returned = std::min(all.returned, returned);
        const bool tells_more = decided(*buy) && (!decided(all.buy) || all.buy.shortages.empty());
        if (!tells_more) continue;
        all.origin = at;
        const std::uint64_t order = std::max(all.buy.order, buy->order);
        all.buy = *buy;
        all.buy.order = order;
    }
    return purchases;
}

} // namespace bookstore::history
