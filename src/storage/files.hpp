#pragma once
/// \file
/// What the standard library's filesystem leaves out.
#include <filesystem>

namespace bookstore::storage {

/// Makes names created in `directory` survive a power cut. Throws std::system_error that names it.
void sync_directory(const std::filesystem::path& directory);

/// Makes `directory` (0700) and the folders above it, each of them durably. Nothing happens where they exist.
void create_directory_durably(const std::filesystem::path& directory);

} // namespace bookstore::storage
