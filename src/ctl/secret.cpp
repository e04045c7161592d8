#include "ctl/secret.hpp"

#include <bookstore/cluster/secret_file.hpp>

namespace bookstore::ctl {

std::string cluster_secret(const Options& options) {
    const auto file = options.setting("secret-file");
    if (!file) return {};
    try {
        return cluster::read_secret(*file);
    } catch (const std::invalid_argument& e) {
        throw UsageError("--secret-file=" + *file + ": " + e.what() +
                         "; allowed is a readable file that holds the credential on one line");
    }
}

} // namespace bookstore::ctl
