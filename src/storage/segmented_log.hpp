#pragma once
/// \file
/// open_log() with what only tests choose otherwise.
#include <filesystem>
#include <memory>

#include <bookstore/storage/log_store.hpp>

#include "storage/disk_calls.hpp"

namespace bookstore::storage {

struct LogOptions {
    /// A segment takes steps up to here, and one that is longer. The log is cut by whole segments, and what
    /// is filled with zeros beforehand is this much: small, but large against a step.
    std::size_t segment_bytes = 4u << 20;
    DiskCalls* calls = &DiskCalls::real(); ///< outlives the log; any thread
};

std::unique_ptr<LogStore> open_log(const std::filesystem::path& directory, const LogOptions& options);

} // namespace bookstore::storage
