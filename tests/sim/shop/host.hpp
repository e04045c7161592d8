#pragma once
/// \file
/// One host: what it is for good (place, clocks, disk), and the process that runs on it now, if one does.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <bookstore/base/metrics.hpp>
#include <bookstore/cluster/health.hpp>
#include <bookstore/roles/node.hpp>

#include "sim/shop/disk.hpp"
#include "sim/shop/transport.hpp"

namespace bookstore::shopsim {

/// What hosts share; outlives them.
struct Surroundings {
    sim::Schedule& schedule;
    base::Random& random;
    const Weather& weather;
    Network& network;
    const Addresses& addresses;
    /// An answer to a heartbeat, as somebody got it.
    std::function<void(const net::Endpoint& from, const cluster::Report&)> heard;
    /// Something that must not be; throws.
    std::function<void(const std::string& what)> fail;
};

/// The whole of one bookstored but its sockets and signals: the nodes of its role, with the world below them.
class Process {
public:
    Process(Surroundings& around, const cluster::Config& config, const HostClock& clock, HostDisk& disk,
            HostId host);
    ~Process() { site_->give_up(); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// Starts serving; throws what Node::start() throws.
    void start();
    /// As at SIGTERM; `stopped` in the end.
    void stop(std::function<void()> stopped);
    bool stopping() const { return stopping_; }
    /// Ready as its role is; false while paused.
    bool ready() const;
    /// Readiness in words.
    std::string account() const;

    Loop loop;

private:
    roles::World world();
    std::vector<net::Route> routes();
    cluster::HealthMonitor::Probe probe();
    boost::asio::awaitable<void> leave();

    Surroundings& around_;
    const cluster::Config& config_;
    base::Random random_;
    base::Metrics metrics_;
    std::shared_ptr<Site> site_ = std::make_shared<Site>();
    SimTransport transport_;
    std::vector<std::unique_ptr<roles::Node>> nodes_; ///< the last is the role's own
    net::Router router_;
    bool stopping_ = false;
};

class Host {
public:
    Host(Surroundings& around, cluster::Config config, HostClock clock);

    const cluster::Config& config() const { return config_; }
    std::string name() const { return config_.name(); }
    HostId id() const { return id_; }

    void start();
    /// The process is gone at once. `power`: so is what its disk had not synced, and nobody is told.
    void crash(bool power);
    void stop();
    /// For good, with the process: it has to find its place in its groups anew. `told`: the next start says
    /// so
    /// (--first-start=0).
    void lose_disk(bool told);
    bool running() const { return process_ != nullptr; }
    Process* process() { return process_.get(); }
    const Process* process() const { return process_.get(); }
    /// Counts processes: what was planned for a former one is void.
    std::uint64_t life() const { return life_; }
    std::uint64_t steps() const { return steps_ + (process_ ? process_->loop.steps() : 0); }

    HostClock clock;
    HostDisk disk;

private:
    Surroundings& around_;
    cluster::Config config_;
    HostId id_;
    std::unique_ptr<Process> process_;
    std::uint64_t life_ = 0;
    std::uint64_t steps_ = 0; ///< of former processes
};

} // namespace bookstore::shopsim
