#pragma once
/// \file
/// A member of the catalog group: a replica with its queries, leases and invalidations; or the tie-breaker,
/// which votes and stores and leads only in passing.
#include <memory>

#include <bookstore/roles/group_disk.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles {

class CatalogNode final : public Node {
public:
    /// Takes this process's place in the catalog group, which it must have (cluster::slot_of).
    CatalogNode(World world, const OpenDisk& open_disk);
    ~CatalogNode() override;

    /// None for the tie-breaker.
    std::vector<net::Route> routes() override;
    void start() override;
    /// Ready when its replica serves and the shop is open.
    Readiness readiness() const override;
    boost::asio::awaitable<void> stop(base::TimePoint deadline) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace bookstore::roles
