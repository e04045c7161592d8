#pragma once
/// \file
/// --secret-file, which several commands have.
#include <string>

#include <bookstore/ctl/options.hpp>

namespace bookstore::ctl {

/// The cluster's credential; empty when the option was not given. Throws UsageError.
std::string cluster_secret(const Options& options);

} // namespace bookstore::ctl
