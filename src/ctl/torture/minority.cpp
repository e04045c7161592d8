#include "ctl/torture/minority.hpp"

#include <algorithm>
#include <string_view>

namespace bookstore::ctl::torture {
namespace {

unsigned count(const std::set<Place>& away, std::string_view role) {
    return static_cast<unsigned>(
        std::count_if(away.begin(), away.end(), [&](const Place& place) { return place.first == role; }));
}

bool has_majority(unsigned replicas, unsigned missing, bool tie_breaker_away) {
    if (replicas % 2 == 1) return 2 * missing < replicas;
    return 2 * (missing + (tie_breaker_away ? 1 : 0)) < replicas + 1;
}

} // namespace

bool serves_without(const std::set<Place>& away, const Sizes& sizes) {
    const bool tie_breaker_away = away.contains({"frontend", 0});
    return has_majority(sizes.catalogs, count(away, "catalog"), tie_breaker_away) &&
           has_majority(sizes.orders, count(away, "order"), tie_breaker_away) &&
           count(away, "frontend") <= sizes.frontends / 2;
}

} // namespace bookstore::ctl::torture
