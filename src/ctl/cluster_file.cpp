#include "ctl/cluster_file.hpp"

#include <array>

namespace bookstore::ctl {

cluster::Config read_cluster_file(const Options& options) {
    if (options.config.empty())
        throw UsageError("--config is missing: it says who belongs to the group; allowed is the shop's "
                         "configuration file");
    const std::string config = "--config=" + options.config.string();
    const std::array arguments{"bookstorectl", config.c_str(), "--check-config"};
    try {
        return cluster::ConfigReader().read(static_cast<int>(arguments.size()), arguments.data(), {});
    } catch (const cluster::ConfigError& error) {
        throw UsageError(error.what());
    }
}

cluster::Role parse_group_role(const std::string& what, const std::string& text) {
    if (text == "catalog") return cluster::Role::catalog;
    if (text == "order") return cluster::Role::order;
    throw UsageError(what + text + ": allowed is catalog or order");
}

} // namespace bookstore::ctl
