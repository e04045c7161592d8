#pragma once
/// \file
/// Who belongs to a replicated group: its configured replicas and, for an even number, the tie-breaker.
#include <string>
#include <vector>

#include <bookstore/cluster/config.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::cluster {

struct Slot {
    net::Endpoint endpoint;
    bool tie_breaker =
        false; ///< hosted by frontend 0: votes and stores, serves no reads, leads only in passing
};

struct Group {
    Role role = Role::catalog; ///< catalog or order
    std::vector<Slot> slots;   ///< configured replicas in id order, then the tie-breaker if there is one

    std::string name() const { return std::string(to_string(role)); }
    bool has_tie_breaker() const { return !slots.empty() && slots.back().tie_breaker; }
};

/// An even number of replicas gets a tie-breaker at frontend 0 (DESIGN section 2).
Group group_of(const Config& config, Role role);

/// Which slot of `group` this process fills, or -1: its own, or the tie-breaker's at frontend 0.
int slot_of(const Config& config, const Group& group);

} // namespace bookstore::cluster
