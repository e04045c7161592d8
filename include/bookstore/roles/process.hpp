#pragma once
/// \file
/// A whole process: the world, the nodes of its role, and its life from start to drained.
#include <bookstore/cluster/config.hpp>

namespace bookstore::roles {

/// Runs until SIGTERM or SIGINT. Returns 0 when drained, 1 when cut short by a second signal or by something
/// fatal that has been logged. Throws std::runtime_error when it cannot start. Call once, on the main thread.
int run(const cluster::Config& config);

} // namespace bookstore::roles
