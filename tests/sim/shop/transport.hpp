#pragma once
/// \file
/// net::Transport over the simulated network, and HTTP over it. What net::PeerTransport promises holds: one
/// stream to each peer, opened on first use and again when it breaks, calls that end by their deadline.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <bookstore/net/transport.hpp>

#include "net/pending_calls.hpp"
#include "sim/shop/network.hpp"

namespace bookstore::shopsim {

/// Where the processes are.
using Addresses = std::map<net::Endpoint, HostId>;

/// Dies with its process.
class SimTransport final : public net::Transport {
public:
    /// All outlive the transport.
    SimTransport(Network& network, const Addresses& addresses, std::shared_ptr<Site> self);

    void on_call(net::Method method, CallHandler handler) override { calls_[method] = std::move(handler); }
    void on_notice(net::Method method, NoticeHandler handler) override {
        notices_[method] = std::move(handler);
    }
    void on_state(StateHandler handler) override { states_.push_back(std::move(handler)); }
    void notify(const net::Endpoint& to, net::Method method, std::string notice) override;
    boost::asio::awaitable<base::result<std::string>>
    call(net::Endpoint to, net::Method method, std::string request, base::TimePoint deadline) override;

private:
    enum class State { unused, connecting, up, waiting };
    /// This process' stream to one peer.
    struct Link {
        Link(base::Scheduler& scheduler, net::Endpoint to) : peer(std::move(to)), pending(scheduler) {}

        net::Endpoint peer;
        State state = State::unused;
        std::shared_ptr<Stream> stream;
        std::vector<Stream::Message> queued; ///< while connecting
        net::PendingCalls pending;
        std::unique_ptr<base::Timer> timer; ///< of the connection, or of the next try
        base::Duration delay{};
        std::uint64_t life = 0; ///< counts streams
    };

    Link& link_to(const net::Endpoint& to);
    /// False when there is no stream and none is being opened.
    bool send(Link& link, Stream::Message message);
    void connect(Link& link);
    void opened(Link& link);
    void broken(Link& link);
    void tell(const net::Endpoint& peer, bool connected);
    void serve(std::shared_ptr<Stream> stream, std::uint64_t life, net::Endpoint peer, std::uint64_t id,
               net::Method method, std::string request, base::Duration left);
    void answered(const net::Endpoint& peer, std::uint64_t life, std::uint64_t id,
                  base::result<std::string> answer);

    Network& network_;
    const Addresses& addresses_;
    std::shared_ptr<Site> self_;
    net::Endpoint own_;
    std::unordered_map<net::Method, CallHandler> calls_;
    std::unordered_map<net::Method, NoticeHandler> notices_;
    std::vector<StateHandler> states_;
    std::map<net::Endpoint, std::unique_ptr<Link>> links_;
    std::uint64_t next_call_ = 1;
};

/// One request over a connection of its own. The server gives its handlers `request_time`.
/// unreachable: nobody took it; connection_lost, timed_out: it may have been executed.
boost::asio::awaitable<base::result<net::Response>> fetch(Network& network, std::shared_ptr<Site> from,
                                                          HostId to, net::Request request,
                                                          base::Duration request_time,
                                                          base::TimePoint deadline);

} // namespace bookstore::shopsim
