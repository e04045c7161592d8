#include <bookstore/ctl/options.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <bookstore/cluster/config.hpp>
#include <bookstore/cluster/secret_file.hpp>

#include "ctl/command.hpp"
#include "ctl/help.hpp"

namespace bookstore::ctl {
namespace {

namespace po = boost::program_options;

constexpr std::uint16_t frontend_port = 3213;
constexpr std::string_view endpoints_variable = "BOOKSTORECTL_ENDPOINTS=";

void describe(po::options_description& described, const CommandOption& option) {
    const std::string name(option.name);
    if (described.find_nothrow(name, false) != nullptr) return; // several commands have it
    if (option.placeholder.empty())
        described.add_options()(name.c_str(), po::bool_switch());
    else
        described.add_options()(name.c_str(), po::value<std::vector<std::string>>());
}

std::vector<po::option> parse(int argc, const char* const* argv) {
    po::options_description described;
    for (const CommandOption& option : general_options())
        describe(described, option);
    for (const Command& command : all_commands())
        for (const CommandOption& option : command.options)
            describe(described, option);
    try {
        namespace style = po::command_line_style;
        return po::command_line_parser(argc, argv)
            .options(described)
            .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
            .run()
            .options;
    } catch (const po::error& e) {
        throw UsageError(std::string(e.what()) + "; see bookstorectl --help");
    }
}

const Command& find_command(const std::string& name) {
    std::string names;
    for (const Command& command : all_commands()) {
        if (command.name == name) return command;
        names += (names.empty() ? "" : ", ") + std::string(command.name);
    }
    throw UsageError("'" + name + "': not a command; allowed are " + names);
}

template <typename Range>
bool holds(const Range& options, std::string_view name) {
    return std::any_of(options.begin(), options.end(),
                       [&](const CommandOption& o) { return o.name == name; });
}

void check_arguments(const Command& command, const Options& options) {
    const std::string usage =
        "; usage: bookstorectl " + std::string(command.name) + " " + std::string(command.synopsis);
    if (options.arguments.size() < command.arguments_min)
        throw UsageError(std::string(command.name) + ": an argument is missing" + usage);
    if (options.arguments.size() > command.arguments_max)
        throw UsageError("'" + options.arguments[command.arguments_max] + "': one argument too many" + usage);
    for (const auto& [name, value] : options.settings) {
        if (!holds(command.options, name))
            throw UsageError("--" + name + ": not an option of " + std::string(command.name) +
                             "; see bookstorectl " + std::string(command.name) + " --help");
    }
}

std::vector<net::Endpoint> parse_endpoints(const std::string& where, const std::string& text) {
    std::vector<std::string> parts;
    boost::split(parts, text, boost::is_any_of(","));
    std::vector<net::Endpoint> endpoints;
    for (const std::string& part : parts) {
        const auto endpoint = net::parse_endpoint(boost::trim_copy(part), frontend_port);
        if (!endpoint || endpoint->port == 0)
            throw UsageError(where + text + ": allowed is HOST:PORT[,HOST:PORT]..., e.g. 127.0.0.1:3213");
        endpoints.push_back(*endpoint);
    }
    return endpoints;
}

using Settings = decltype(Options::settings);

/// Takes `name` out of `settings`: what is left is the command's own.
std::optional<std::string> take(Settings& settings, std::string_view name) {
    const auto found = settings.find(name);
    if (found == settings.end()) return std::nullopt;
    std::string value = std::move(found->second);
    settings.erase(found);
    return value;
}

std::vector<net::Endpoint> endpoints_from(Settings& settings, const std::vector<std::string>& environment) {
    const auto config = take(settings, "config");
    if (const auto given = take(settings, "endpoints")) return parse_endpoints("--endpoints=", *given);
    if (config) {
        auto endpoints = cluster::frontends_in(*config);
        if (endpoints.empty())
            throw UsageError("--config=" + *config +
                             ": names no frontend; allowed is a file with a [frontend] section");
        return endpoints;
    }
    for (const std::string& entry : environment)
        if (entry.starts_with(endpoints_variable))
            return parse_endpoints(std::string(endpoints_variable), entry.substr(endpoints_variable.size()));
    return {net::Endpoint{"127.0.0.1", frontend_port}};
}

void apply_general(Options& options, const std::vector<std::string>& environment) {
    if (const auto config = options.setting("config")) options.config = *config;
    options.endpoints = endpoints_from(options.settings, environment);
    if (const auto output = take(options.settings, "output")) {
        if (*output != "table" && *output != "json")
            throw UsageError("--output=" + *output + ": allowed is table or json");
        options.output = *output == "json" ? Output::json : Output::table;
    }
    if (const auto timeout = take(options.settings, "timeout"))
        options.timeout = parse_seconds("timeout", *timeout);
    if (const auto file = take(options.settings, "admin-secret-file")) {
        try {
            options.admin_secret = cluster::read_secret(*file);
        } catch (const std::invalid_argument& e) {
            throw UsageError("--admin-secret-file=" + *file + ": " + e.what() +
                             "; allowed is a readable file that holds the credential on one line");
        }
    }
}

} // namespace

std::optional<std::string> Options::setting(std::string_view name) const {
    const auto found = settings.find(name);
    if (found == settings.end()) return std::nullopt;
    return found->second;
}

Options parse_options(int argc, const char* const* argv, const std::vector<std::string>& environment,
                      std::string_view version) {
    Options options;
    for (const po::option& option : parse(argc, argv)) {
        const std::string value = option.value.empty() ? "" : option.value.front();
        if (option.position_key != -1)
            options.arguments.push_back(value);
        else if (!options.settings.emplace(option.string_key, value).second)
            throw UsageError("--" + option.string_key + "=" + value + ": given twice; allowed is once");
    }
    if (!options.arguments.empty()) {
        options.command = options.arguments.front();
        options.arguments.erase(options.arguments.begin());
    }
    const Command* command = options.command.empty() ? nullptr : &find_command(options.command);
    if (options.has("help")) throw Answered{command == nullptr ? general_help() : help_for(*command)};
    if (options.has("version")) throw Answered{"bookstorectl " + std::string(version) + "\n"};
    if (command == nullptr) throw UsageError("no command is given; see bookstorectl --help");
    try {
        apply_general(options, environment);
    } catch (const cluster::ConfigError& e) {
        throw UsageError(e.what());
    }
    check_arguments(*command, options);
    return options;
}

base::Duration parse_seconds(std::string_view option, const std::string& text) {
    constexpr double least = 0.001, most = 86'400;
    const std::string_view number =
        text.ends_with('s') ? std::string_view(text).substr(0, text.size() - 1) : text;
    double seconds = 0;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), seconds);
    if (failure != std::errc{} || end != number.data() + number.size() ||
        !(seconds >= least && seconds <= most))
        throw UsageError("--" + std::string(option) + "=" + text + ": allowed is 0.001 to 86400 (seconds)");
    return base::milliseconds(std::llround(seconds * 1'000));
}

std::int64_t parse_integer(std::string_view what, const std::string& text, std::int64_t least,
                           std::int64_t most) {
    const std::string_view digits = text.starts_with('+') ? std::string_view(text).substr(1) : text;
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc{} || end != digits.data() + digits.size() || number < least || number > most)
        throw UsageError(std::string(what) + " '" + text + "': allowed is a whole number from " +
                         std::to_string(least) + " to " + std::to_string(most));
    return number;
}

} // namespace bookstore::ctl
