#pragma once
/// \file
/// Finds the leader of a group and calls it, over again where that is safe, within one deadline.
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/cluster/group.hpp>
#include <bookstore/net/transport.hpp>

namespace bookstore::cluster {

/// May a call be sent again when its outcome is unknown?
enum class Repeat {
    if_refused, ///< only when it certainly had no effect
    always,     ///< it carries a key, or changes nothing
};

/// Loop thread only. References outlive the client and its calls.
class GroupClient {
public:
    /// More than one: the first may be stuck with a member that says nothing.
    static constexpr std::size_t probers_max = 16;

    GroupClient(net::Transport& transport, base::Scheduler& scheduler, Group group);

    /// Calls the believed leader; on not_leader, not_ready, stopping or unreachable goes round the other
    /// members, with a short and growing pause after each round, until `deadline`. Each attempt of a
    /// repeatable call gets a share of the time that is left, so that one paused member does not use it all
    /// up. While nobody leads, at most probers_max calls go round; the others wait until one of them has
    /// found the leader. Gives the last failure when time is up; an unknown outcome wins over a refusal.
    boost::asio::awaitable<base::result<std::string>> call_leader(net::Method method, std::string request,
                                                                  base::TimePoint deadline, Repeat repeat);

    /// Somebody says that this member leads (a heartbeat, a new leader's own word).
    void believe(const net::Endpoint& leader);
    const net::Endpoint& believed() const;
    const Group& group() const { return group_; }

private:
    class Search;
    class Prober;

    net::Transport& transport_;
    base::Scheduler& scheduler_;
    Group group_;
    std::size_t believed_ = 0; ///< index into group_.slots
    std::shared_ptr<Search> search_;
};

} // namespace bookstore::cluster
