#pragma once
/// \file
/// A command of bookstorectl: how it is called, and what it does. One file each; the table is in
/// commands.cpp.
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/random.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/ctl/options.hpp>
#include <bookstore/ctl/shop_client.hpp>
#include <bookstore/ctl/text_table.hpp>

#include "ctl/interruption.hpp"

namespace bookstore::ctl {

/// What a command works with; outlives it.
struct Context {
    const Options& options;
    ShopClient& shop;
    net::HttpClient& http; ///< for calls to one process and no other
    base::Scheduler& scheduler;
    base::Random& random;
    Interruption& interruption;
    std::ostream& out;
    Style style;
    bool interactive; ///< `out` is a terminal

    bool json() const { return options.output == Output::json; }
};

struct CommandOption {
    std::string_view name;
    std::string_view placeholder; ///< empty: a flag
    std::string_view help;
};

struct Command {
    std::string_view name;
    std::string_view synopsis; ///< of the arguments
    std::string_view summary;  ///< one line
    std::string_view details;  ///< for `bookstorectl COMMAND --help`; lines as they are shown
    std::span<const CommandOption> options;
    std::size_t arguments_min, arguments_max;
    /// Gives the exit status. Throws UsageError, before anything is sent, and CommandFailed.
    boost::asio::awaitable<int> (*run)(Context& context);
};

std::span<const Command> all_commands();

// Each in its own file.
extern const Command search_command, lookup_command, buy_command, order_command, restock_command,
    price_command, status_command, simulate_command, audit_command, check_history_command, torture_command,
    member_command, bench_command, verify_command, import_command, recover_command, backup_command,
    restore_command;

} // namespace bookstore::ctl
