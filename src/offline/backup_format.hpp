#pragma once
/// \file
/// The bytes around the snapshots: 8 of magic before them; behind them a format, when, both parts, and a hash
/// of all that.
#include <cstddef>
#include <string>
#include <string_view>

#include <bookstore/offline/backup_file.hpp>

namespace bookstore::offline {

inline constexpr std::string_view backup_magic = "bkstbkup";
inline constexpr std::size_t backup_summary_bytes = 1 + 8 + 2 * 6 * 8 + 8;

std::string encode(const BackupSummary& summary);
/// Throws storage::Damaged, or std::runtime_error for another format; `name` is what it calls the file.
BackupSummary decode_backup_summary(const std::string& name, std::string_view bytes);

} // namespace bookstore::offline
