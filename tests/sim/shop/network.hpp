#pragma once
/// \file
/// The network between hosts: streams in order, each with its own delays, that break, get stuck and come
/// late. What TCP promises holds, and nothing more: bytes of one stream arrive in order or not at all; those
/// of a stream that one end has given up may still arrive at the other, long after newer ones of another
/// stream.
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <bookstore/base/random.hpp>
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/router.hpp>

#include "sim/schedule.hpp"
#include "sim/shop/loop.hpp"
#include "sim/shop/weather.hpp"

namespace bookstore::shopsim {

class SimTransport;
using HostId = unsigned;

/// A running process, as others reach it.
struct Site {
    HostId host = 0;
    Loop* loop = nullptr;
    SimTransport* transport = nullptr;   ///< null: it takes no peers
    const net::Router* router = nullptr; ///< null: it serves no HTTP
    net::QuickAnswer answer_at_once{};   ///< asked before the router
    net::PostHandler take_posts{};       ///< asked before the router, too
    /// What ends the questions that the process still waits for an answer to; called before it goes.
    std::map<std::uint64_t, std::function<void()>> unanswered{};
    std::uint64_t questions = 0;

    void give_up() {
        for (const auto& [number, end] : std::exchange(unanswered, {}))
            end();
    }
};

class Network;

/// One connection. End 0 opened it, end 1 is whoever runs at the other host when the first message arrives.
/// Held by those who use it and by what is on its way.
class Stream : public std::enable_shared_from_this<Stream> {
public:
    /// Runs in the loop of the process that receives it.
    using Message = std::function<void(Site& receiver)>;
    using Broken = std::function<void()>;

    Stream(Network& network, const std::shared_ptr<Site>& opener, HostId to, Broken broken);

    void send(unsigned from_end, Message message);
    /// The opener has no more use for it; nobody is told but the other end, if it is there.
    void close() { give_up(0, false); }

private:
    friend class Network;
    struct Parcel {
        base::TimePoint sent, arrives;
        Message message;
    };
    /// What goes from one end to the other.
    struct Direction {
        std::deque<Parcel> under_way;
        base::TimePoint last_arrival{};
        std::optional<base::TimePoint> unacknowledged; ///< since when what has arrived could not be confirmed
        bool pumping = false, watched = false;
    };

    void pump(unsigned from_end);
    void pump_at(unsigned from_end, base::TimePoint when);
    /// False when nobody is there to take it.
    bool deliver(unsigned from_end, Message message);
    void watch(unsigned from_end);
    void check(unsigned from_end);
    /// This end ends here and now; the other learns of it later. `tell`: the opener is told, if it is its.
    void give_up(unsigned end, bool tell);
    void tell_other(unsigned end);

    Network& network_;
    HostId hosts_[2];
    std::weak_ptr<Site> sites_[2];
    bool bound_ = false; ///< somebody has taken it at the other end
    bool open_[2] = {true, true};
    Broken broken_; ///< the opener's
    Direction directions_[2];
};

class Network {
public:
    /// All outlive the network.
    Network(sim::Schedule& schedule, base::Random& random, const Weather& weather);

    /// Hosts are numbered as they are added.
    HostId add_host();
    /// The process that runs there from now on; null: none.
    void run_at(HostId host, std::shared_ptr<Site> site);
    /// A host without power answers nothing, not even that nobody listens.
    void set_power(HostId host, bool on) { hosts_[host].power = on; }

    /// `broken` runs in the opener's loop when the stream ends without its doing.
    std::shared_ptr<Stream> connect(const std::shared_ptr<Site>& opener, HostId to, Stream::Broken broken);

    /// From now on nothing that `from` sends reaches `to`.
    void cut(HostId from, HostId to) { cuts_.insert({from, to}); }
    void mend(HostId from, HostId to) { cuts_.erase({from, to}); }
    /// What `from` sends to `to` takes so much longer from now on.
    void slow_down(HostId from, HostId to, base::Duration by) { slow_[{from, to}] = by; }
    void heal() {
        cuts_.clear();
        slow_.clear();
    }
    bool passes(HostId from, HostId to) const { return !cuts_.contains({from, to}); }
    base::Duration slowness(HostId from, HostId to) const {
        const auto found = slow_.find({from, to});
        return found == slow_.end() ? base::Duration{} : found->second;
    }
    /// Breaks some of the streams of `host`.
    void reset_streams_of(HostId host);

    sim::Schedule& schedule() { return schedule_; }
    std::uint64_t messages() const { return messages_; }

private:
    friend class Stream;
    struct Host {
        std::shared_ptr<Site> site;
        bool power = true;
    };

    sim::Schedule& schedule_;
    base::Random& random_;
    const Weather& weather_;
    std::vector<Host> hosts_;
    std::set<std::pair<HostId, HostId>> cuts_;
    std::map<std::pair<HostId, HostId>, base::Duration> slow_;
    std::vector<std::weak_ptr<Stream>> streams_;
    std::uint64_t messages_ = 0;
};

} // namespace bookstore::shopsim
