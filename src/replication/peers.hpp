#pragma once
/// \file
/// Which node is where, and Raft's messages on the transport.
#include <cstdint>
#include <optional>
#include <string_view>

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

    /// Nothing for nobody, and for a node of a slot that is not configured.
    std::optional<unsigned> slot_of(consensus::NodeId node) const;
    const net::Endpoint* endpoint_of(consensus::NodeId node) const;

    net::Method method(GroupMethod method) const;
    /// Best effort, as Transport::notify. To consensus::nobody: to every slot but the own.
    void send(const consensus::Message& message, std::uint64_t generation);

    /// What send() sends: a message, and the generation of the group that its sender belongs to.
    struct Incoming {
        std::uint64_t generation = 0;
        consensus::Message message;
    };
    /// Errc::corrupt for anything send() did not send.
    static base::result<Incoming> read(std::string_view notice);

private:
    const ReplicaOptions& options_;
    net::Transport& transport_;
};

} // namespace bookstore::replication
