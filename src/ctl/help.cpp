#include "ctl/help.hpp"

#include <algorithm>

namespace bookstore::ctl {
namespace {

constexpr CommandOption general[] = {
    {"endpoints", "HOST:PORT,...",
     "The frontends, tried in turn. Else those of --config,"
     "\nelse BOOKSTORECTL_ENDPOINTS, else 127.0.0.1:3213."},
    {"config", "FILE", "Takes the frontends from the shop's configuration."},
    {"output", "table|json", "For people, or for programs: the interface's own JSON."},
    {"timeout", "SECONDS", "For a call, over all frontends and repetitions: 10."},
    {"admin-secret-file", "FILE", "The credential for restock and price."},
    {"help", "", "Shows this, or what a command does."},
    {"version", "", "Shows the version."},
};

std::string as_written(const CommandOption& option) {
    return "--" + std::string(option.name) +
           (option.placeholder.empty() ? "" : "=" + std::string(option.placeholder));
}

/// Two columns; the right one may have several lines.
void append_entry(std::string& out, const std::string& left, std::string_view right, std::size_t column) {
    out += "  " + left;
    out.append(left.size() + 2 < column ? column - left.size() - 2 : 1, ' ');
    for (const char c : right) {
        out += c;
        if (c == '\n') out.append(column, ' ');
    }
    out += '\n';
}

void append_options(std::string& out, std::span<const CommandOption> options) {
    constexpr std::size_t column = 30;
    for (const CommandOption& option : options)
        append_entry(out, as_written(option), option.help, column);
}

} // namespace

std::span<const CommandOption> general_options() {
    return general;
}

std::string general_help() {
    std::string out = "Usage: bookstorectl [OPTION]... COMMAND [ARGUMENT]...\n"
                      "The client of the bookshop, and its administrator's tool.\n\nCommands\n";
    constexpr std::size_t column = 34;
    for (const Command& command : all_commands())
        append_entry(out, std::string(command.name) + " " + std::string(command.synopsis), command.summary,
                     column);
    out += "\nOptions\n";
    append_options(out, general);
    out += "\nExit status: 0 done; 1 refused or failed: out of stock, not found, no frontend\n"
           "answered, something wrong was found; 2 bad usage; 3 could not tell.\n"
           "`bookstorectl COMMAND --help` tells more. See also bookstorectl(1).\n";
    return out;
}

std::string help_for(const Command& command) {
    std::string out = "Usage: bookstorectl " + std::string(command.name) + " " +
                      std::string(command.synopsis) + "\n" + std::string(command.details);
    if (!command.options.empty()) {
        out += "\nOptions\n";
        append_options(out, command.options);
    }
    out += "\nOptions of every command: see bookstorectl --help.\n";
    return out;
}

} // namespace bookstore::ctl
