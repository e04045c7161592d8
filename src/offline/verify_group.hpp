#pragma once
/// \file
/// The check of one group's folder, whose directory the caller holds.
#include <cstdint>
#include <vector>

#include <bookstore/offline/verify.hpp>

#include "offline/group_folders.hpp"

namespace bookstore::offline {

std::vector<Finding> verify_group(const GroupFolder& folder);

/// The version that a sound state is at.
std::uint64_t state_version(const GroupFolder& folder);

} // namespace bookstore::offline
