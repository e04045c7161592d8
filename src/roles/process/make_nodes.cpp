#include "roles/process/make_nodes.hpp"

#include <utility>

#include <bookstore/cluster/group.hpp>
#include <bookstore/roles/catalog/catalog_node.hpp>
#include <bookstore/roles/frontend/frontend_node.hpp>
#include <bookstore/roles/order/order_node.hpp>

namespace bookstore::roles {
namespace {

bool takes_part(const cluster::Config& config, cluster::Role role) {
    return cluster::slot_of(config, cluster::group_of(config, role)) >= 0;
}

} // namespace

std::vector<std::unique_ptr<Node>> make_nodes(const World& world, const OpenDisk& open_disk,
                                              cluster::HealthMonitor::Probe probe) {
    std::vector<std::unique_ptr<Node>> nodes;
    switch (world.config.role) {
    case cluster::Role::catalog:
        nodes.push_back(std::make_unique<CatalogNode>(world, open_disk));
        break;
    case cluster::Role::order:
        nodes.push_back(std::make_unique<OrderNode>(world, open_disk));
        break;
    case cluster::Role::frontend:
        if (takes_part(world.config, cluster::Role::catalog))
            nodes.push_back(std::make_unique<CatalogNode>(world, open_disk));
        if (takes_part(world.config, cluster::Role::order))
            nodes.push_back(std::make_unique<OrderNode>(world, open_disk));
        nodes.push_back(std::make_unique<FrontendNode>(world, std::move(probe)));
        break;
    }
    return nodes;
}

} // namespace bookstore::roles
