#pragma once
/// \file
/// The answers to --help, from the table of commands.
#include <span>
#include <string>

#include "ctl/command.hpp"

namespace bookstore::ctl {

/// The options that every command takes.
std::span<const CommandOption> general_options();

std::string general_help();
std::string help_for(const Command& command);

} // namespace bookstore::ctl
