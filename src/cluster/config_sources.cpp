#include "cluster/config_sources.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

namespace bookstore::cluster {
namespace {

namespace po = boost::program_options;

constexpr std::string_view environment_prefix = "BOOKSTORED_";

template <typename Name>
const Key* find_key(std::string_view wanted, Name name) {
    const auto keys = all_keys();
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return name(key) == wanted; });
    return found == keys.end() ? nullptr : &*found;
}

/// A list may be written as several settings, as one with commas, or both.
std::vector<std::string> values_of(const Key& key, const std::string& text) {
    if (!key.is_list()) return {text};
    std::vector<std::string> values;
    boost::split(values, text, boost::is_any_of(","));
    for (std::string& value : values)
        boost::trim(value);
    return values;
}

/// Adds to a list; anything else may be given once by each source.
void add(Settings& settings, const Key& key, const std::string& value, const std::string& from,
         const std::string& as_written) {
    auto setting =
        std::find_if(settings.begin(), settings.end(), [&](const Setting& s) { return s.key == &key; });
    if (setting == settings.end()) {
        setting = settings.insert(setting, Setting{&key, {}, {}, as_written});
    } else if (key.is_list()) {
        setting->as_written += ", " + as_written;
    } else {
        throw ConfigError(as_written + ": given before as " + setting->as_written + "; allowed is once");
    }
    for (std::string& part : values_of(key, value)) {
        setting->values.push_back(std::move(part));
        setting->from.push_back(from);
    }
}

std::string read_whole(const std::filesystem::path& file) {
    std::error_code failure;
    if (std::filesystem::is_directory(file, failure))
        throw ConfigError("--config=" + file.string() + ": is a directory; allowed is a file");
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!stream || (stream.peek() != std::ifstream::traits_type::eof() && !(text << stream.rdbuf())))
        throw ConfigError("--config=" + file.string() + ": cannot be read; allowed is a readable file");
    return text.str();
}

/// The lines of `text` that hold a `key = value`, in order. Boost's parser keeps no line numbers, but it
/// gives exactly one option for each of these lines.
std::vector<std::size_t> lines_with_values(const std::string& text) {
    std::vector<std::size_t> numbers;
    std::istringstream stream(text);
    std::string line;
    for (std::size_t number = 1; std::getline(stream, line); ++number) {
        line.erase(std::min(line.find('#'), line.size()));
        boost::trim(line);
        const bool section = !line.empty() && line.front() == '[' && line.back() == ']';
        if (!line.empty() && !section) numbers.push_back(number);
    }
    return numbers;
}

std::vector<po::option> parse_ini(const std::filesystem::path& file, const std::string& text) {
    std::istringstream stream(text);
    const po::options_description
        none; // the table's names are looked up afterwards, where a line can be named
    try {
        return po::parse_config_file(stream, none, /*allow_unregistered=*/true).options;
    } catch (const po::error& e) {
        throw ConfigError(file.string() + ": " + e.what() +
                          "; allowed is INI: [section], key = value, # comment");
    }
}

[[noreturn]] void unknown_in_file(const std::string& where, const std::string& name) {
    const std::string section = name.substr(0, name.find('.'));
    std::vector<std::string> names, sections;
    for (const Key& key : all_keys()) {
        if (key.section == section) names.emplace_back(key.name);
        if (sections.empty() || sections.back() != key.section) sections.emplace_back(key.section);
    }
    if (names.empty())
        throw ConfigError(where + ": unknown key " + name + "; allowed are the sections " +
                          boost::join(sections, ", "));
    throw ConfigError(where + ": unknown key " + name + "; allowed in [" + section +
                      "]: " + boost::join(names, ", "));
}

struct Flag {
    std::string_view name;
    bool CommandLine::* member;
};
constexpr Flag flags[] = {{"help", &CommandLine::help},
                          {"version", &CommandLine::version},
                          {"check-config", &CommandLine::check_config},
                          {"print-config", &CommandLine::print_config}};

std::vector<po::option> parse_arguments(int argc, const char* const* argv) {
    po::options_description described;
    for (const Key& key : all_keys())
        described.add_options()(key.option().c_str(), po::value<std::vector<std::string>>());
    described.add_options()("config", po::value<std::vector<std::string>>());
    described.add_options()("instance", po::value<std::vector<std::string>>());
    for (const Flag& flag : flags)
        described.add_options()(std::string(flag.name).c_str(), po::bool_switch());
    try {
        namespace style = po::command_line_style;
        return po::command_line_parser(argc, argv)
            .options(described)
            .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
            .run()
            .options;
    } catch (const po::error& e) {
        throw ConfigError(std::string(e.what()) + "; allowed is what --help lists");
    }
}

/// --instance=catalog-0 is --role=catalog --id=0: what a unit file's %i can be.
void add_instance(Settings& settings, const std::string& value) {
    const std::string as_written = "--instance=" + value;
    const std::size_t dash = value.rfind('-');
    if (dash == std::string::npos)
        throw ConfigError(as_written + ": allowed is ROLE-N, e.g. catalog-0, order-1 or frontend-0");
    add(settings, *find_key("role", std::mem_fn(&Key::option)), value.substr(0, dash), "command line",
        as_written);
    add(settings, *find_key("id", std::mem_fn(&Key::option)), value.substr(dash + 1), "command line",
        as_written);
}

} // namespace

Settings settings_of_file(const std::filesystem::path& file) {
    const std::string text = read_whole(file);
    const std::vector<po::option> options = parse_ini(file, text);
    const std::vector<std::size_t> lines = lines_with_values(text);
    Settings settings;
    for (std::size_t i = 0; i < options.size(); ++i) {
        const std::string& name = options[i].string_key;
        const std::string from =
            file.string() + (lines.size() == options.size() ? ":" + std::to_string(lines[i]) : "");
        const Key* key = find_key(name, std::mem_fn(&Key::in_file));
        if (key == nullptr) unknown_in_file(from, name);
        const std::string value = options[i].value.empty() ? "" : options[i].value.front();
        add(settings, *key, value, from, from + ": " + name + " = " + value);
    }
    return settings;
}

Environment settings_of_environment(const std::vector<std::string>& environment) {
    Environment result;
    for (const std::string& entry : environment) {
        if (!entry.starts_with(environment_prefix)) continue;
        const std::size_t equals = std::min(entry.find('='), entry.size());
        const std::string name = entry.substr(0, equals);
        const std::string value = equals < entry.size() ? entry.substr(equals + 1) : "";
        if (name == "BOOKSTORED_CONFIG") {
            result.file = value;
            continue;
        }
        const Key* key = find_key(name, std::mem_fn(&Key::variable));
        if (key == nullptr)
            throw ConfigError(entry + ": unknown variable; allowed are the options of --help, written like "
                                      "BOOKSTORED_HTTP_IDLE_MS for --http.idle-ms");
        add(result.settings, *key, value, "environment", entry);
    }
    return result;
}

CommandLine settings_of_command_line(int argc, const char* const* argv) {
    CommandLine result;
    for (const po::option& option : parse_arguments(argc, argv)) {
        const std::string value = option.value.empty() ? "" : option.value.front();
        const std::string& name = option.string_key;
        if (option.position_key != -1)
            throw ConfigError("'" + value + "': not an option; allowed is what --help lists");
        const auto* flag =
            std::find_if(std::begin(flags), std::end(flags), [&](const Flag& f) { return f.name == name; });
        if (flag != std::end(flags)) {
            result.*(flag->member) = true;
        } else if (name == "config") {
            if (!result.file.empty())
                throw ConfigError("--config=" + value + ": given before as --config=" + result.file +
                                  "; allowed is once");
            if (value.empty()) throw ConfigError("--config=: allowed is the name of a file");
            result.file = value;
        } else if (name == "instance") {
            add_instance(result.settings, value);
        } else {
            const Key* key = find_key(name, std::mem_fn(&Key::option));
            add(result.settings, *key, value, "command line", "--" + name + "=" + value);
        }
    }
    return result;
}

} // namespace bookstore::cluster
