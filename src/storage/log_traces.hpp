#pragma once
/// \file
/// What a log that cannot be read as a whole may still be good for.
#include <filesystem>

namespace bookstore::storage {

/// Whether anything that is left of the log in `folder` tells of entries, in it or before it; or cannot be
/// read at this moment. One that tells of none is that of a replica which had not come further than a name.
bool tells_of_entries(const std::filesystem::path& folder);

} // namespace bookstore::storage
