#pragma once
/// \file
/// POST /v1/backup and what belongs to it, at any replica: its part of a backup, for bookstorectl.
#include <vector>

#include <bookstore/net/router.hpp>

#include "roles/backup_source.hpp"

namespace bookstore::roles {

/// What is given outlives the routes. Thread: the loop.
std::vector<net::Route> backup_routes(BackupSource& source);

} // namespace bookstore::roles
