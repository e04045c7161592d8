#pragma once
/// \file
/// What no single key can be blamed for: values that contradict each other, and the files that they name.
#include <functional>
#include <string>
#include <string_view>

#include <bookstore/cluster/config.hpp>

namespace bookstore::cluster {

/// The words in which a key's value was given, e.g. "--http.idle-ms=5"; by Key::option().
using AsWritten = std::function<std::string(std::string_view option)>;

/// Throws ConfigError for the first contradiction. `config.role` and `.id` are looked at when `place_given`.
void check(const Config& config, const AsWritten& as_written, bool place_given);

/// Reads the files named by secret_file and admin_secret_file; warns in the log when everyone may.
void load_secrets(Config& config, const AsWritten& as_written);

} // namespace bookstore::cluster
