#pragma once
/// \file
/// Where values come from: the file, the environment, the command line. Nothing is stored here, only
/// collected together with the words in which the user wrote it.
#include <filesystem>
#include <string>
#include <vector>

#include "cluster/config_keys.hpp"

namespace bookstore::cluster {

struct Setting {
    const Key* key = nullptr;
    std::vector<std::string> values; ///< one, unless the key is a list
    std::vector<std::string> from;   ///< of each value: "environment", "command line" or "FILE:LINE"
    std::string as_written;          ///< "--http.idle-ms=5", for messages
};
using Settings = std::vector<Setting>; ///< a key at most once

/// Throws ConfigError: unreadable, not INI, an unknown key, a key given twice.
Settings settings_of_file(const std::filesystem::path& file);

struct Environment {
    Settings settings;
    std::string file; ///< BOOKSTORED_CONFIG
};
/// `environment`: NAME=value strings. Throws ConfigError for an unknown BOOKSTORED_… variable.
Environment settings_of_environment(const std::vector<std::string>& environment);

struct CommandLine {
    Settings settings;
    std::string file; ///< --config
    bool help = false, version = false, check_config = false, print_config = false;
};
/// Throws ConfigError for an unknown option, an argument that is none, or an option given twice.
CommandLine settings_of_command_line(int argc, const char* const* argv);

} // namespace bookstore::cluster
