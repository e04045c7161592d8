#pragma once
/// \file
/// How replicas find each other: a group forms by itself once, and afterwards tells every newcomer who it is.
///
/// A replica without a group asks every configured member who it is. When all have answered, none knows of a
/// group, and each has said that it has heard of the very same ones, the group is all of them. Every replica
/// comes to the same list, because a NodeId is durable before it is told to anybody; and whoever knows of a
/// formed group says so, with its list, so that nobody forms a second one. A replica that such a list does
/// not contain is new to its slot: it joins.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/transport.hpp>
#include <bookstore/replication/identity.hpp>

#include "replication/hello.hpp"
#include "replication/peers.hpp"

namespace bookstore::replication {

/// Loop thread only.
class Formation : public std::enable_shared_from_this<Formation> {
public:
    struct Hooks {
        /// The group is known. Once.
        std::function<void(std::vector<consensus::NodeId> founders, std::uint64_t generation)> found;
        /// This replica must not go on: the reason, for the operator. Once, instead of found.
        std::function<void(const std::string& reason)> refused;
        /// The group that this replica belongs to has, or had a moment ago, a leader.
        std::function<bool()> alive;
        /// The group that this replica belongs to is over: another has heard of it in a later generation.
        std::function<void(std::vector<consensus::NodeId> founders, std::uint64_t generation)> overtaken;
        /// There is another group beside this one that has a right to live: how that is told.
        std::function<void(const std::string& reason)> contradicted;
    };

    /// All references outlive it, until close(). `identity` is durable.
    Formation(const ReplicaOptions& options, const Identity& identity, const Peers& peers,
              net::Transport& transport, base::Scheduler& scheduler, boost::asio::any_io_executor executor,
              Hooks hooks);

    /// Begins to ask; goes on until each has answered once. A group of one is found at once, before this
    /// returns.
    void start();
    void close();

    /// The answer to another's hello, learning from it. protocol_error, or invalid_argument when the other
    /// has another idea of the cluster.
    base::result<std::string> answer(std::string_view request);

    /// One that speaks in the name of an earlier generation hears of this one soon.
    void tell(unsigned slot);

    /// What it waits for.
    std::string reason() const;

private:
    struct Other {
        std::optional<Hello> said;
        bool asking = false;
        base::TimePoint told_at{};
        std::string complaint; ///< what was logged last, so that it is logged once
    };

    Hello own() const;
    std::vector<consensus::NodeId> willing() const;
    void compare_generations(const Hello& hello);
    bool may_form() const;
    void round();
    void ask(unsigned slot);
    void answered(unsigned slot, const base::result<std::string>& answer);
    bool accept(const Hello& hello, std::optional<unsigned> expected_slot);
    void complain(unsigned slot, const std::string& complaint);
    void consider(const Hello& hello);
    void compare_groups(const Hello& hello);
    void try_to_form();

    const ReplicaOptions& options_;
    const Identity& identity_;
    const Peers& peers_;
    net::Transport& transport_;
    base::Scheduler& scheduler_;
    boost::asio::any_io_executor executor_;
    Hooks hooks_;
    std::vector<Other> others_; ///< by slot; the own one unused
    std::unique_ptr<base::Timer> timer_;
    bool decided_ = false; ///< found or refused
    bool closed_ = false;
};

} // namespace bookstore::replication
