#pragma once
/// \file
/// A snapshot of a state that its store goes on writing.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include <bookstore/base/table.hpp>
#include <bookstore/storage/snapshot.hpp>

namespace bookstore::storage {

/// Writes the `state.db` in `directory`, as it is committed now, into the snapshot `file`. Reads through a
/// connection of its own, in one transaction: the store does not wait, though until the end its checkpoints
/// make nothing durable. Nothing while what is committed is older than version `least`, or when `wanted`,
/// which is asked after each megabyte, says that nobody wants it any more.
///
/// Any thread; blocks as long as it takes, holds a block of rows. Damaged when the rows do not add up to the
/// digest stored with them; std::runtime_error, which names the file, for every other failure.
std::optional<SnapshotSummary> copy_sqlite_state(const std::string& directory,
                                                 std::span<const base::Table> tables, std::uint64_t least,
                                                 const std::filesystem::path& file,
                                                 const std::function<bool()>& wanted);

} // namespace bookstore::storage
