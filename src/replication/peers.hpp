#pragma once
/// \file
/// Which node is where: NodeId <-> slot <-> endpoint, and Raft's messages on the transport.
#include <optional>
#include <vector>

#include <bookstore/base/error.hpp>
#include <bookstore/consensus/message.hpp>
#include <bookstore/net/transport.hpp>
#include <bookstore/replication/methods.hpp>
#include <bookstore/replication/replica.hpp>

namespace bookstore::replication {

/// Loop thread only. `options` and `transport` outlive it.
class Peers {
public:
    Peers(const ReplicaOptions& options, net::Transport& transport)
        : options_(options), transport_(transport) {}

    /// The members by slot, once known.
    void set_members(std::vector<consensus::NodeId> members);
    /// A node that is no member lives at `slot`: a learner, new there after the member's disk was lost. The
    /// latest word wins; a slot has one such node at most.
    void remember(unsigned slot, consensus::NodeId node);

    std::optional<unsigned> slot_of(consensus::NodeId node) const;
    const net::Endpoint* endpoint_of(consensus::NodeId node) const;
    /// Every node that may be at `endpoint`; none for an endpoint of other groups.
    std::vector<consensus::NodeId> nodes_at(const net::Endpoint& endpoint) const;

    net::Method method(GroupMethod method) const;
    /// Best effort, as Transport::notify. To consensus::nobody: to every slot but the own.
    void send(const consensus::Message& message);

private:
    const ReplicaOptions& options_;
    net::Transport& transport_;
    std::vector<consensus::NodeId> members_;  ///< by slot; empty: unknown
    std::vector<consensus::NodeId> learners_; ///< by slot; nobody: none
};

} // namespace bookstore::replication
