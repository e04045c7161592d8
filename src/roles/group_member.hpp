#pragma once
/// \file
/// What catalog and order nodes have in common: membership of a replicated group.
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/cluster/group.hpp>
#include <bookstore/cluster/group_client.hpp>
#include <bookstore/net/http_message.hpp>
#include <bookstore/replication/replica.hpp>
#include <bookstore/roles/group_disk.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles {

/// The group of `role` and this process's place in it, which is a configured one.
struct Membership {
    Membership(const cluster::Config& config, cluster::Role role);

    cluster::Group group;
    unsigned slot = 0;
    bool tie_breaker = false;
};

/// `methods`: first of the numbers that the group's replicas use among themselves.
replication::ReplicaOptions replica_options(const cluster::Config& config, const Membership& membership,
                                            std::uint16_t methods);
replication::Environment environment_of(const World& world, const GroupDisk& disk);

/// GET /heartbeat:
/// {"status":"up","role":"catalog","id":0,"ready":true,"leader":true,"version":12,"digest":"…"}, and but for
/// a frontend "verified":{"state":TIME,"log":TIME},"shortage":"","damage":"","without_voter":[SLOT]. The
/// digest is 16 hexadecimal digits: JSON's numbers do not hold 64 bits.
net::Response heartbeat_response(cluster::Role role, unsigned id, const replication::Status& status,
                                 bool ready);

/// 16 hexadecimal digits.
std::string digest_text(std::uint64_t digest);

/// A replica's own part of its node's readiness: serving or not, and what it is.
Readiness readiness_of(const replication::Status& status);

/// Proposes `commands`, at least one, to the leader of another group, as that group's own followers do.
boost::asio::awaitable<base::result<replication::AppliedAll>>
propose_all_to(cluster::GroupClient& group, std::uint16_t methods, replication::Bundle commands,
               base::TimePoint deadline, cluster::Repeat repeat);
boost::asio::awaitable<base::result<replication::Applied>>
propose_to(cluster::GroupClient& group, std::uint16_t methods, std::string command, base::TimePoint deadline,
           cluster::Repeat repeat);

} // namespace bookstore::roles
