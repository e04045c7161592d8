#pragma once
/// \file
/// Which processes may be away at the same time without taking a shop's service with them. Pure.
#include <set>
#include <string>
#include <utility>

namespace bookstore::ctl::torture {

struct Sizes {
    unsigned catalogs = 0, orders = 0, frontends = 0;
};

/// (role, id)
using Place = std::pair<std::string, unsigned>;

/// True when every group keeps a majority of its voters, and clients at least half of the frontends. A group
/// of an even number of replicas has one more voter, the tie-breaker, which lives and dies with frontend 0.
bool serves_without(const std::set<Place>& away, const Sizes& sizes);

} // namespace bookstore::ctl::torture
