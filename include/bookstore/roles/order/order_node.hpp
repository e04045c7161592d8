#pragma once
/// \file
/// A member of the order group: a replica of the order book that sells; or the tie-breaker, which votes and
/// stores and leads only in passing.
#include <memory>

#include <bookstore/roles/group_disk.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles {

class OrderNode final : public Node {
public:
    /// Takes this process's place in the order group, which it must have (cluster::slot_of).
    OrderNode(World world, const OpenDisk& open_disk);
    ~OrderNode() override;

    /// None for the tie-breaker.
    std::vector<net::Route> routes() override;
    void start() override;
    /// Ready when its replica serves.
    Readiness readiness() const override;
    boost::asio::awaitable<void> stop(base::TimePoint deadline) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::roles
