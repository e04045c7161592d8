#pragma once
/// \file
/// The frontend: the public face of the shop. Reads from its cache, passes purchases on, judges who is alive.
#include <memory>

#include <bookstore/cluster/health.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles {

/// Thread: the loop. Outlives the tasks that it starts there: destroy it after the loop has run for the last
/// time.
class FrontendNode final : public Node {
public:
    /// `probe` asks one replica for its heartbeat: http_probe() in production.
    FrontendNode(World world, cluster::HealthMonitor::Probe probe);
    ~FrontendNode() override;

    std::vector<net::Route> routes() override;
    net::QuickAnswer answer_at_once() override;
    net::PostHandler take_posts() override;
    Branch branch(boost::asio::any_io_executor loop) override;
    void start() override;
    /// Ready with a live lease and at least one catalog and one order replica up.
    Readiness readiness() const override;
    /// Asks for no further lease and waits, serving, until the one it holds has run out: the next write then
    /// waits for nobody.
    boost::asio::awaitable<void> stop(base::TimePoint deadline) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::roles
