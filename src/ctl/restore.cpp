#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/cluster/group.hpp>
#include <bookstore/offline/restore.hpp>

#include "ctl/cluster_file.hpp"
#include "ctl/command.hpp"

namespace bookstore::ctl {
namespace {

/// The place of the first replica in its group.
offline::Seed seed_from(const Options& options) {
    const auto role = options.setting("role");
    if (!role) throw UsageError("--role is missing: allowed is catalog or order");
    const auto group_role = parse_group_role("--role=", *role);
    const auto group = cluster::group_of(read_cluster_file(options), group_role);
    const auto replicas = static_cast<std::int64_t>(group.slots.size()) - (group.has_tie_breaker() ? 1 : 0);
    const auto id = parse_integer("--id", options.setting("id").value_or("0"), 0, replicas - 1);
    return {group.name(), static_cast<unsigned>(id), group.slots.size()};
}

boost::asio::awaitable<int> restore(Context& context) {
    const auto& arguments = context.options.arguments;
    const offline::Seed seed = seed_from(context.options);
    const auto restored = offline::restore_backup(arguments[0], arguments[1], seed);
    if (context.json()) {
        const boost::json::object out{{"group", seed.group},
                                      {"node", restored.node},
                                      {"generation", restored.generation},
                                      {"version", restored.version},
                                      {"unrecorded", restored.unrecorded}};
        context.out << boost::json::serialize(out) << "\n";
        co_return 0;
    }
    context.out
        << arguments[1] << ": node " << restored.node << " is the " << seed.group << " group, generation "
        << restored.generation << ", at version " << restored.version << "\n"
        << restored.unrecorded
        << " orders are written anew when both groups run.\nStart its process. Every other replica of "
           "the group is started on an empty data directory with --first-start=0.\n";
    co_return 0;
}

constexpr CommandOption options[] = {
    {"role", "ROLE", "catalog or order."},
    {"id", "N", "Which replica of it: 0."},
};

} // namespace

const Command restore_command{
    .name = "restore",
    .synopsis = "FILE DIR --role=ROLE [--id=N]",
    .summary = "Makes a backup the first replica of a group.",
    .details =
        "Verifies the backup FILE, then makes of the empty DIR the data directory of one catalog or order\n"
        "replica of the shop in --config: the only member of its group, at the version of the backup.\n"
        "Do it once for each role, for one replica; the others are started on empty directories with\n"
        "--first-start=0 and join it. A directory that holds anything is refused. Whatever happens\n"
        "meanwhile, DIR holds all of it or nothing.\n"
        "\nExit status: 0 done; 1 refused, or the backup is damaged; 2 bad usage.\n",
    .options = options,
    .arguments_min = 2,
    .arguments_max = 2,
    .run = &restore,
};

} // namespace bookstore::ctl
