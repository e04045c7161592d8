#include <array>

#include "ctl/command.hpp"

namespace bookstore::ctl {

std::span<const Command> all_commands() {
    // Built on first use: the commands are constants of other files.
    static const std::array commands{
        search_command,  lookup_command, buy_command,      order_command,  restock_command,
        price_command,   status_command, simulate_command, audit_command,  check_history_command,
        torture_command, member_command, bench_command,    verify_command, import_command,
        recover_command, backup_command, restore_command};
    return commands;
}

} // namespace bookstore::ctl
