#pragma once
/// \file
/// net::Transport between the processes of one test: a delay for every message, partitions, and streams that
/// break when a process dies. A partition is silent, as a pulled cable is; a death is told, as a reset is.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/net/transport.hpp>

#include "support/virtual_scheduler.hpp"

namespace bookstore::test {

class VirtualTransport;

/// Outlives every transport on it.
class VirtualNetwork {
public:
    explicit VirtualNetwork(VirtualScheduler& scheduler) : scheduler_(scheduler) {}

    VirtualScheduler& scheduler() { return scheduler_; }
    void set_delay(base::Duration delay) { delay_ = delay; }

    /// From now on nothing passes between the two, in either direction.
    void cut(const net::Endpoint& a, const net::Endpoint& b) { cuts_.insert(std::minmax(a, b)); }
    void mend(const net::Endpoint& a, const net::Endpoint& b) { cuts_.erase(std::minmax(a, b)); }
    void mend_all() { cuts_.clear(); }
    bool connected(const net::Endpoint& a, const net::Endpoint& b) const {
        return !cuts_.contains(std::minmax(a, b));
    }
    std::uint64_t sent() const { return sent_; }

private:
    friend class VirtualTransport;

    void attach(const net::Endpoint& endpoint, VirtualTransport* transport) {
        processes_[endpoint] = transport;
    }
    void detach(const net::Endpoint& endpoint);
    VirtualTransport* at(const net::Endpoint& endpoint) const {
        const auto found = processes_.find(endpoint);
        return found == processes_.end() ? nullptr : found->second;
    }
    /// Runs `arrive` a delay later if the two are connected then as now.
    void carry(const net::Endpoint& from, const net::Endpoint& to, std::function<void()> arrive);

    VirtualScheduler& scheduler_;
    base::Duration delay_ = base::milliseconds(1);
    std::map<net::Endpoint, VirtualTransport*> processes_;
    std::set<std::pair<net::Endpoint, net::Endpoint>> cuts_;
    std::map<std::uint64_t, std::unique_ptr<base::Timer>> on_the_way_;
    std::uint64_t sent_ = 0;
};

/// One process' end; dies with it.
class VirtualTransport final : public net::Transport {
public:
    VirtualTransport(VirtualNetwork& network, net::Endpoint self)
        : network_(network), self_(std::move(self)), alive_(std::make_shared<VirtualTransport*>(this)) {
        network_.attach(self_, this);
    }
    ~VirtualTransport() override;
    VirtualTransport(const VirtualTransport&) = delete;
    VirtualTransport& operator=(const VirtualTransport&) = delete;

    void on_call(net::Method method, CallHandler handler) override { calls_[method] = std::move(handler); }
    void on_notice(net::Method method, NoticeHandler handler) override {
        notices_[method] = std::move(handler);
    }
    void on_state(StateHandler handler) override { states_.push_back(std::move(handler)); }

    void notify(const net::Endpoint& to, net::Method method, std::string notice) override;
    boost::asio::awaitable<base::result<std::string>>
    call(net::Endpoint to, net::Method method, std::string request, base::TimePoint deadline) override;

private:
    friend class VirtualNetwork;
    using Answer = base::result<std::string>;
    using Alive = std::weak_ptr<VirtualTransport*>;
    struct Pending {
        net::Endpoint to;
        net::Promise<Answer> answer;
        std::unique_ptr<base::Timer> deadline;
    };

    void open(const net::Endpoint& to);
    void peer_died(const net::Endpoint& peer);
    void settle(std::uint64_t id, Answer answer);
    static boost::asio::awaitable<void> serve(VirtualNetwork& network, Alive server, Alive client,
                                              std::uint64_t id, CallHandler handler, std::string request,
                                              base::TimePoint deadline);

    VirtualNetwork& network_;
    net::Endpoint self_;
    std::shared_ptr<VirtualTransport*> alive_; ///< told apart from a later process at the same endpoint
    std::map<net::Method, CallHandler> calls_;
    std::map<net::Method, NoticeHandler> notices_;
    std::vector<StateHandler> states_;
    std::set<net::Endpoint> open_;
    std::map<std::uint64_t, Pending> pending_;
    std::uint64_t next_call_ = 0;
};

inline void VirtualNetwork::carry(const net::Endpoint& from, const net::Endpoint& to,
                                  std::function<void()> arrive) {
    const auto id = sent_++;
    if (!connected(from, to)) return;
    on_the_way_[id] = scheduler_.after(delay_, [this, id, from, to, arrive = std::move(arrive)] {
        const auto timer = on_the_way_.extract(id);
        if (connected(from, to)) arrive();
    });
}

inline void VirtualNetwork::detach(const net::Endpoint& endpoint) {
    processes_.erase(endpoint);
    for (const auto& [other, transport] : processes_)
        carry(endpoint, other, [weak = VirtualTransport::Alive(transport->alive_), endpoint] {
            if (const auto alive = weak.lock()) (*alive)->peer_died(endpoint);
        });
}

inline VirtualTransport::~VirtualTransport() {
    network_.detach(self_);
    for (auto& [id, pending] : pending_)
        pending.answer.set(base::Errc::connection_lost);
}

inline void VirtualTransport::open(const net::Endpoint& to) {
    if (!network_.at(to) || !network_.connected(self_, to) || !open_.insert(to).second) return;
    network_.scheduler_.post([alive = Alive(alive_), to] {
        const auto self = alive.lock();
        if (!self) return;
        for (const auto& handler : (*self)->states_)
            handler(to, true);
    });
}

inline void VirtualTransport::peer_died(const net::Endpoint& peer) {
    std::vector<std::uint64_t> lost;
    for (const auto& [id, pending] : pending_) {
        if (pending.to == peer) lost.push_back(id);
    }
    for (const auto id : lost)
        settle(id, base::Errc::connection_lost);
    if (open_.erase(peer) == 0) return;
    for (const auto& handler : states_)
        handler(peer, false);
}

inline void VirtualTransport::notify(const net::Endpoint& to, net::Method method, std::string notice) {
    auto* target = network_.at(to);
    if (target == nullptr) return;
    open(to);
    network_.carry(self_, to, [alive = Alive(target->alive_), method, notice = std::move(notice)] {
        const auto receiver = alive.lock();
        if (!receiver) return;
        const auto handler = (*receiver)->notices_.find(method);
        if (handler != (*receiver)->notices_.end()) handler->second(notice);
    });
}

inline void VirtualTransport::settle(std::uint64_t id, Answer answer) {
    auto pending = pending_.extract(id);
    if (!pending.empty()) pending.mapped().answer.set(std::move(answer));
}

inline boost::asio::awaitable<base::result<std::string>>
VirtualTransport::call(net::Endpoint to, net::Method method, std::string request, base::TimePoint deadline) {
    auto* target = network_.at(to);
    if (target == nullptr) co_return base::Errc::unreachable;
    open(to);
    const auto id = next_call_++;
    net::Promise<Answer> answer;
    pending_.emplace(id, Pending{to, answer, network_.scheduler_.at(deadline, [this, id] {
                                     settle(id, base::Errc::timed_out);
                                 })});
    network_.carry(self_, to,
                   [&network = network_, server = Alive(target->alive_), client = Alive(alive_), id, method,
                    deadline, request = std::move(request)] {
                       const auto receiver = server.lock();
                       if (!receiver) return;
                       const auto handler = (*receiver)->calls_.find(method);
                       if (handler == (*receiver)->calls_.end()) return;
                       boost::asio::co_spawn(
                           network.scheduler_.executor(),
                           serve(network, server, client, id, handler->second, request, deadline),
                           boost::asio::detached);
                   });
    co_return co_await std::move(answer).wait();
}

inline boost::asio::awaitable<void> VirtualTransport::serve(VirtualNetwork& network, Alive server,
                                                            Alive client, std::uint64_t id,
                                                            CallHandler handler, std::string request,
                                                            base::TimePoint deadline) {
    auto answer = co_await handler(std::move(request), deadline);
    const auto from = server.lock();
    const auto to = client.lock();
    if (!from || !to) co_return;
    network.carry((*from)->self_, (*to)->self_, [client, id, answer = std::move(answer)] {
        if (const auto alive = client.lock()) (*alive)->settle(id, answer);
    });
}

} // namespace bookstore::test
