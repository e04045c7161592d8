#include "ctl/torture/plan.hpp"

#include <limits>

#include "ctl/torture/hook.hpp"

namespace bookstore::ctl::torture {
namespace {

std::string hook(const Options& options, std::string_view name) {
    std::string command = options.setting(name).value_or("");
    if (options.has(name) && command.empty())
        throw UsageError("--" + std::string(name) + "=: allowed is a shell command");
    check_placeholders(name, command);
    return command;
}

void need_both(std::string_view one, const std::string& first, std::string_view other,
               const std::string& second) {
    if (first.empty() == second.empty()) return;
    const auto& [given, missing] = first.empty() ? std::pair(other, one) : std::pair(one, other);
    throw UsageError("--" + std::string(given) + ": what it does must be undone; --" + std::string(missing) +
                     " is missing");
}

Hooks hooks_of(const Options& options) {
    Hooks hooks{hook(options, "kill-command"), hook(options, "start-command"), hook(options, "pause-command"),
                hook(options, "continue-command")};
    need_both("kill-command", hooks.kill, "start-command", hooks.start);
    need_both("pause-command", hooks.pause, "continue-command", hooks.resume);
    return hooks;
}

std::int64_t number(const Options& options, std::string_view name, std::int64_t otherwise, std::int64_t least,
                    std::int64_t most) {
    const auto given = options.setting(name);
    return given ? parse_integer("--" + std::string(name), *given, least, most) : otherwise;
}

} // namespace

Plan plan_of(const Options& options, std::uint64_t seed) {
    constexpr std::int64_t clients_max = 256, items_max = 100, seconds_max = 3600;
    Plan plan;
    plan.clients = static_cast<std::size_t>(number(options, "clients", 16, 1, clients_max));
    plan.items = static_cast<std::size_t>(number(options, "items", 12, 1, items_max));
    plan.duration = base::seconds(number(options, "seconds", 60, 1, seconds_max));
    if (const auto given = options.setting("fault-interval"))
        plan.calm = parse_seconds("fault-interval", *given);
    constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
    plan.seed = static_cast<std::uint64_t>(
        number(options, "seed", static_cast<std::int64_t>(seed % 1'000'000), 0, any));
    plan.hooks = hooks_of(options);
    plan.all_at_once = options.has("all-at-once");
    if (plan.all_at_once && !plan.hooks.kills())
        throw UsageError("--all-at-once: needs --kill-command and --start-command");
    plan.history_file = options.setting("history").value_or("");
    plan.report_file = options.setting("report").value_or("");
    return plan;
}

} // namespace bookstore::ctl::torture
