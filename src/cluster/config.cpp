#include <bookstore/cluster/config.hpp>

#include <algorithm>
#include <map>
#include <ostream>

#include <boost/algorithm/string/join.hpp>

#include "cluster/config_check.hpp"
#include "cluster/config_help.hpp"
#include "cluster/config_keys.hpp"
#include "cluster/config_sources.hpp"

namespace bookstore::cluster {
namespace {

/// The winning setting of each key that any source gives.
using InForce = std::map<const Key*, Setting>;

void overlay(InForce& in_force, Settings settings) {
    for (Setting& setting : settings)
        in_force[setting.key] = std::move(setting);
}

void apply(const Setting& setting, Config& config) {
    try {
        store(*setting.key, setting.values, config);
    } catch (const std::invalid_argument&) {
        throw ConfigError(setting.as_written + ": allowed is " + setting.key->what_is_allowed());
    }
}

const Key& key_named(std::string_view option) {
    const auto keys = all_keys();
    return *std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.option() == option; });
}

std::string as_written(const InForce& in_force, std::string_view option) {
    const Key& key = key_named(option);
    const auto found = in_force.find(&key);
    if (found != in_force.end()) return found->second.as_written;
    return std::string(option) + " = " + std::string(key.fallback) + " (the default)";
}

std::filesystem::path default_data_dir(const Config& config) {
    return std::filesystem::path("/var/lib/bookstored") / config.name();
}

} // namespace

std::string_view to_string(Role role) {
    switch (role) {
    case Role::catalog:
        return "catalog";
    case Role::order:
        return "order";
    case Role::frontend:
        break;
    }
    return "frontend";
}

std::string Config::name() const {
    return std::string(to_string(role)) + "-" + std::to_string(id);
}

ConfigReader::ConfigReader(std::string version) : version_(std::move(version)) {}

Config ConfigReader::read(int argc, const char* const* argv, const std::vector<std::string>& environment) {
    CommandLine command_line = settings_of_command_line(argc, argv);
    if (command_line.help) throw HelpAsked{help_text()};
    if (command_line.version) throw HelpAsked{"bookstored " + version_ + "\n"};
    Environment variables = settings_of_environment(environment);

    Config config;
    config.check_only = command_line.check_config;
    config.print = command_line.print_config;
    config.file = command_line.file.empty() ? variables.file : command_line.file;

    InForce in_force;
    if (!config.file.empty()) overlay(in_force, settings_of_file(config.file));
    overlay(in_force, std::move(variables.settings));
    overlay(in_force, std::move(command_line.settings));
    for (const Key& key : all_keys()) {
        const auto found = in_force.find(&key);
        if (found != in_force.end())
            apply(found->second, config);
        else if (!key.fallback.empty())
            store(key, {std::string(key.fallback)}, config);
    }

    const auto written = [&](std::string_view option) { return as_written(in_force, option); };
    const auto given = [&](std::string_view option) { return in_force.contains(&key_named(option)); };
    const bool place_given = given("role") && given("id");
    // The file is the same on every host, so it can be checked without saying which process asks.
    if (!place_given && !config.check_only && !config.print) {
        const Key& missing = key_named(given("role") ? "id" : "role");
        throw ConfigError("--" + missing.option() + ": not given; allowed is " + missing.what_is_allowed());
    }
    load_secrets(config, written);
    check(config, written, place_given);
    if (!given("data-dir") && place_given) config.data_dir = default_data_dir(config);

    origins_.clear();
    for (const Key& key : all_keys()) {
        const auto found = in_force.find(&key);
        if (found == in_force.end())
            origins_.push_back({key.in_file(), {std::string(key.fallback)}, {"default"}});
        else
            origins_.push_back({key.in_file(), found->second.values, found->second.from});
        if (key.option() == "data-dir") origins_.back().values = {config.data_dir.string()};
    }
    return config;
}

void ConfigReader::print(std::ostream& out) const {
    constexpr std::size_t origin_column = 44;
    std::string section;
    for (const Origin& origin : origins_) {
        const std::size_t dot = origin.key.find('.');
        if (origin.key.substr(0, dot) != section) {
            out << (section.empty() ? "" : "\n");
            section = origin.key.substr(0, dot);
            out << '[' << section << "]\n";
        }
        for (std::size_t i = 0; i < origin.values.size(); ++i) {
            const std::string& value = origin.values[i];
            // A key without a value is not set: as a comment, so that the output can be used as a file again.
            const std::string line = (value.empty() ? "# " : "") + origin.key.substr(dot + 1) + " = " +
                                     (value.empty() ? "(none)" : value);
            out << line << std::string(line.size() < origin_column ? origin_column - line.size() : 1, ' ')
                << " # " << origin.from[i] << '\n';
        }
    }
}

std::vector<net::Endpoint> frontends_in(const std::filesystem::path& file) {
    Config config;
    for (const Setting& setting : settings_of_file(file))
        if (setting.key->section == to_string(Role::frontend)) apply(setting, config);
    return config.of(Role::frontend);
}

} // namespace bookstore::cluster
