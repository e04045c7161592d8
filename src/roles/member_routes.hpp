#pragma once
/// \file
/// GET, POST /v1/members and DELETE /v1/members/{node}, at any replica: who belongs to its group.
#include <vector>

#include <bookstore/cluster/group.hpp>
#include <bookstore/net/router.hpp>
#include <bookstore/replication/replica.hpp>

namespace bookstore::roles {

/// Each passes to whoever leads. What is given outlives the routes. Thread: the loop.
std::vector<net::Route> member_routes(replication::Engine& engine, const cluster::Group& group);

} // namespace bookstore::roles
