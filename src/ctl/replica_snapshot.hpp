#pragma once
/// \file
/// A snapshot of one replica's state, made there on demand: its part of a backup, or proof of its rows.
#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <bookstore/offline/backup_file.hpp>

#include "ctl/audit_read.hpp"
#include "ctl/command.hpp"

namespace bookstore::ctl {

/// Every call but rank() throws CommandFailed that names the replica. What fails on the way is asked for
/// again.
class ReplicaSnapshot {
public:
    /// `context` outlives it. `secret`: the cluster's credential, or empty.
    ReplicaSnapshot(Context& context, ReplicaAddress replica, std::string secret)
        : context_(&context), replica_(std::move(replica)), secret_(std::move(secret)) {}

    const ReplicaAddress& replica() const { return replica_; }

    /// How gladly it is asked: 0 a follower that serves, 1 the leader, nothing when it does not serve.
    boost::asio::awaitable<std::optional<int>> rank();

    boost::asio::awaitable<void> begin();
    /// What it is, if it has been made: the replica has read all its rows then, and they add up. Who does not
    /// ask now and then is thought to have gone.
    boost::asio::awaitable<std::optional<offline::BackupPart>> look();
    /// Asks until it has been made.
    boost::asio::awaitable<offline::BackupPart> complete();
    /// Some bytes from `offset` on.
    boost::asio::awaitable<std::string> read(std::uint64_t offset);
    boost::asio::awaitable<void> drop();

private:
    boost::asio::awaitable<base::result<net::Response>> send(net::Verb verb, std::string target);
    boost::asio::awaitable<net::Response> ask(net::Verb verb, std::string target);

    Context* context_;
    ReplicaAddress replica_;
    std::string secret_;
    std::string target_; ///< of what was begun
};

/// Throws CommandFailed when the user interrupts it.
boost::asio::awaitable<void> pause_between_looks(Context& context);

} // namespace bookstore::ctl
