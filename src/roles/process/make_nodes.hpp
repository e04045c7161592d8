#pragma once
/// \file
/// The one place where the roles meet.
#include <memory>
#include <vector>

#include <bookstore/cluster/health.hpp>
#include <bookstore/roles/group_disk.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles {

/// The nodes of this process; the last is its role's own, and speaks for the process' readiness. Before it,
/// at frontend 0, stand the tie-breakers of groups with an even number of replicas. `probe`: a frontend's way
/// to ask for heartbeats.
std::vector<std::unique_ptr<Node>> make_nodes(const World& world, const OpenDisk& open_disk,
                                              cluster::HealthMonitor::Probe probe);

} // namespace bookstore::roles
