#pragma once
/// \file
/// A further event loop of a process: a thread, listening sockets and sessions of its own. What it cannot
/// answer at once it has answered by the main loop.
#include <memory>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/peer_transport.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/roles/node.hpp>

#include "roles/process/relay.hpp"

namespace bookstore::roles {

/// Thread: the main loop's, of which `main` and `router` are, for every call. Everything it is given outlives
/// it, and it goes when the main loop has run for the last time.
class SideLoop {
public:
    SideLoop(boost::asio::io_context& main, const net::Router& router, Node& node,
             net::PeerTransport& transport, const net::HttpLimits& limits, base::Metrics& metrics);
    ~SideLoop();

    /// Before start().
    net::HttpServer& server() { return server_; }

    void start();
    /// As net::HttpServer::drain() and drained(). The main loop runs on meanwhile: it answers.
    void drain(base::TimePoint deadline);
    boost::asio::awaitable<void> drained();
    /// Its thread has ended when this returns; requests under way are dropped.
    void stop();

private:
    boost::asio::io_context& main_;
    boost::asio::io_context loop_{1};
    std::unique_ptr<base::Scheduler> scheduler_;
    Node::Branch branch_;
    Relay relay_;
    net::HttpServer server_;
    std::thread thread_;
    net::Promise<bool> drained_; ///< the main loop's
};

} // namespace bookstore::roles
