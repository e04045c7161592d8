#pragma once
/// \file
/// Asks every replica of a shop what it has.
#include <boost/asio/awaitable.hpp>

#include "ctl/audit_facts.hpp"
#include "ctl/command.hpp"

namespace bookstore::ctl {

struct ReplicaAddress {
    bool catalog = false; ///< else an order replica
    std::string name;
    net::Endpoint endpoint;
};

/// As a frontend knows them. Throws CommandFailed.
boost::asio::awaitable<std::vector<ReplicaAddress>> find_replicas(Context& context);

/// `secret`: the cluster's credential, or empty. Not still, and incomplete, when a version moved meanwhile.
boost::asio::awaitable<ShopFacts> read_facts(Context& context, std::vector<ReplicaAddress> replicas,
                                             std::string secret);

} // namespace bookstore::ctl
