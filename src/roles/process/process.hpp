#pragma once
/// \file
/// The composition root: owns everything, in the order in which it may go.
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/random.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/cluster/config.hpp>
#include <bookstore/net/http_client.hpp>
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/peer_transport.hpp>
#include <bookstore/net/router.hpp>
#include <bookstore/roles/group_disk.hpp>
#include <bookstore/roles/node.hpp>
#include <bookstore/storage/data_directory.hpp>

#include "roles/process/service_manager.hpp"
#include "roles/process/side_loop.hpp"

namespace bookstore::roles {

/// Thread: main, which becomes the loop.
class Process {
public:
    /// Takes the data directory and builds everything; nothing is served yet.
    explicit Process(const cluster::Config& config);

    int run();

private:
    World world();
    std::vector<net::Route> routes();
    void add_side_loops();
    void listen();
    void wait_for_signal();
    void signalled();
    boost::asio::awaitable<void> stop();
    void end(int status);
    void fatal(const std::string& reason);
    Readiness readiness() const;
    /// Tells systemd and the log when readiness has changed; looks again a little later.
    void watch_readiness();

    const cluster::Config& config_;
    storage::DataDirectory directory_;
    boost::asio::io_context loop_{1};
    std::unique_ptr<base::Scheduler> scheduler_;
    base::Metrics metrics_;
    base::Random random_;
    net::PeerTransport transport_;
    net::HttpClient client_;
    std::vector<std::unique_ptr<Node>> nodes_; ///< the last is the role's own
    net::Router router_;
    const net::HttpLimits limits_; ///< of each loop
    net::HttpServer server_;
    std::vector<std::unique_ptr<SideLoop>> side_loops_; ///< of a frontend with more than one thread
    boost::asio::signal_set signals_;
    ServiceManager service_manager_;
    std::unique_ptr<base::Timer> readiness_timer_;
    Readiness told_{false, "starting"};
    bool was_ready_ = false;
    bool stopping_ = false;
    int status_ = 0;
};

} // namespace bookstore::roles
