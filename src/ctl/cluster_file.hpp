#pragma once
/// \file
/// The whole of the shop's configuration, for commands that are run on one of its hosts.
#include <string>

#include <bookstore/cluster/config.hpp>
#include <bookstore/ctl/options.hpp>

namespace bookstore::ctl {

/// What --config names, checked as a process would but for its own place in it; with the credentials. Throws
/// UsageError, also when it was not given.
cluster::Config read_cluster_file(const Options& options);

/// "catalog" or "order"; throws UsageError that names `what`.
cluster::Role parse_group_role(const std::string& what, const std::string& text);

} // namespace bookstore::ctl
