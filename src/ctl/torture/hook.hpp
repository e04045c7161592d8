#pragma once
/// \file
/// What strikes a process and mends it: a shell command of the user's, filled in and run.
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::ctl::torture {

/// A process of the shop.
struct Victim {
    std::string role; ///< "catalog"
    unsigned id = 0;
    net::Endpoint endpoint;

    std::string name() const { return role + "-" + std::to_string(id); }
};

/// Throws UsageError, which names `option`, when `command` has a placeholder that does not exist. They are
/// {role} {id} {host} {port} {address} and {name}; other braces are the shell's.
void check_placeholders(std::string_view option, const std::string& command);

/// Throws CommandFailed when what the shop says of `victim` is nothing to put into a shell command.
std::string fill_in(const std::string& command, const Victim& victim);

/// Runs `command` by /bin/sh in a process group of its own: Ctrl-C does not reach it. Its standard output is
/// dropped, standard error is ours. Killed, with its group, after `time_max`. Gives what went wrong, in
/// words; nothing when it ended with status 0. Loop thread only.
boost::asio::awaitable<std::string> run_hook(std::string command, base::Scheduler& scheduler,
                                             base::Duration time_max);

} // namespace bookstore::ctl::torture
