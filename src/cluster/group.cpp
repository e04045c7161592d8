#include <bookstore/cluster/group.hpp>

#include <bookstore/base/error.hpp>

namespace bookstore::cluster {

Group group_of(const Config& config, Role role) {
    INVARIANT(role != Role::frontend); // frontends hold no replicated state
    Group group{role, {}};
    for (const net::Endpoint& endpoint : config.of(role))
        group.slots.push_back({endpoint, false});
    if (group.slots.size() % 2 == 0 && !group.slots.empty() && !config.of(Role::frontend).empty())
        group.slots.push_back({config.of(Role::frontend).front(), true});
    return group;
}

int slot_of(const Config& config, const Group& group) {
    if (config.role == group.role) return static_cast<int>(config.id);
    const bool hosts_tie_breaker = config.role == Role::frontend && config.id == 0 && group.has_tie_breaker();
    return hosts_tie_breaker ? static_cast<int>(group.slots.size()) - 1 : -1;
}

} // namespace bookstore::cluster
