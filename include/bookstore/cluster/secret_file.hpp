#pragma once
/// \file
/// Credentials live in files of their own, never in the configuration or on a command line.
#include <filesystem>
#include <string>

namespace bookstore::cluster {

/// The file's one line without its newline. Throws std::invalid_argument that says what is wrong with the
/// file: unreadable, empty, longer than 4096 bytes, or something other than visible ASCII.
std::string read_secret(const std::filesystem::path& file);

/// May users other than the owner and the group read it?
bool readable_by_everyone(const std::filesystem::path& file);

} // namespace bookstore::cluster
