#pragma once
/// \file
/// What bookstorectl was asked to do: its own options, one command, and that command's arguments.
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/time.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::ctl {

/// Bad usage, in one line that names the option or argument, its value and what is allowed: exit status 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// --help or --version: the answer.
struct Answered {
    std::string text;
};

enum class Output { table, json };

struct Options {
    std::string command;
    std::vector<std::string> arguments;
    std::map<std::string, std::string, std::less<>> settings; ///< the command's own options, as given

    std::vector<net::Endpoint> endpoints; ///< never empty
    std::filesystem::path config;         ///< --config; empty: not given
    Output output = Output::table;
    base::Duration timeout = base::seconds(10); ///< for one call, over all endpoints and repetitions
    std::string admin_secret;                   ///< what --admin-secret-file holds; empty: none

    bool has(std::string_view setting) const { return settings.find(setting) != settings.end(); }
    std::optional<std::string> setting(std::string_view name) const;
};

/// `environment`: NAME=value strings; BOOKSTORECTL_ENDPOINTS is looked at. Endpoints come from --endpoints,
/// else
/// --config, else the environment, else 127.0.0.1:3213. Throws UsageError; throws Answered.
Options parse_options(int argc, const char* const* argv, const std::vector<std::string>& environment,
                      std::string_view version);

/// "0.5", "5", "5s": at least a millisecond and at most a day. Throws UsageError that names `option`.
base::Duration parse_seconds(std::string_view option, const std::string& text);

/// A whole number in a range. Throws UsageError that names `what`.
std::int64_t parse_integer(std::string_view what, const std::string& text, std::int64_t least,
                           std::int64_t most);

} // namespace bookstore::ctl
