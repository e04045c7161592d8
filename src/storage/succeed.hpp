#pragma once
/// \file
/// One database takes the place of another, at one moment.
#include "storage/state_schema.hpp"

namespace bookstore::storage {

/// From now on `files.building`, which is whole, synced and closed, is what succeed() puts in place. A crash
/// before this returns may leave either. Throws std::system_error.
void appoint_successor(const StateFiles& files);

/// Puts the appointed database, if there is one, in the place of the current one, which is closed, and whose
/// write-ahead log goes with it. Whatever a crash leaves of that is finished by the next call. Throws
/// std::system_error.
void succeed(const StateFiles& files);

} // namespace bookstore::storage
