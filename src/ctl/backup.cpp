#include <chrono>
#include <optional>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/offline/backup_file.hpp>

#include "ctl/backup_report.hpp"
#include "ctl/replica_snapshot.hpp"
#include "ctl/secret.hpp"

namespace bookstore::ctl {
namespace {

using boost::asio::awaitable;
using offline::BackupPart;
namespace json = boost::json;

/// From the beginning of the first part to the end of the last. A sale that was made in between and then
/// forgotten would be missing from both; none is forgotten within less than an hour.
constexpr base::Duration time_max = std::chrono::minutes(50);

base::WallTime wall_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return base::WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

awaitable<BackupPart> take(ReplicaSnapshot& from, offline::BackupWriter& out) {
    co_await from.begin();
    const BackupPart part = co_await from.complete();
    for (std::uint64_t offset = 0; offset < part.bytes;) {
        const std::string piece = co_await from.read(offset);
        if (piece.empty() || piece.size() > part.bytes - offset)
            throw CommandFailed(from.replica().name + " gives another number of bytes than it said");
        out.append(piece);
        offset += piece.size();
    }
    co_await from.drop();
    co_return part;
}

/// A follower if one serves: the leader has enough to do.
awaitable<ReplicaSnapshot> choose(Context& context, const std::vector<ReplicaAddress>& replicas, bool catalog,
                                  const std::string& secret) {
    std::optional<ReplicaSnapshot> chosen;
    int best = 0;
    for (const ReplicaAddress& replica : replicas) {
        if (replica.catalog != catalog) continue;
        ReplicaSnapshot source(context, replica, secret);
        const std::optional<int> rank = co_await source.rank();
        if (!rank || (chosen && best <= *rank)) continue;
        chosen.emplace(source);
        best = *rank;
    }
    if (!chosen)
        throw CommandFailed(std::string("no replica of the ") + (catalog ? "catalog" : "order") +
                            " group serves");
    co_return *chosen;
}

awaitable<int> backup(Context& context) {
    const std::string file = context.options.arguments.front();
    const std::string secret = cluster_secret(context.options);
    offline::BackupWriter out(file);
    const auto replicas = co_await find_replicas(context);
    const auto begun = context.scheduler.now();
    offline::BackupSummary summary;
    summary.at = wall_now();
    ReplicaSnapshot orders = co_await choose(context, replicas, false, secret);
    summary.order = co_await take(orders, out);
    ReplicaSnapshot catalog = co_await choose(context, replicas, true, secret);
    summary.catalog = co_await take(catalog, out);
    if (context.scheduler.now() - begun > time_max)
        throw CommandFailed("it took too long: sales may have been forgotten meanwhile. Nothing is kept");
    const auto contents = out.finish(summary);
    if (context.json())
        context.out << json::serialize(to_json(contents)) << "\n";
    else
        context.out << file << ": written, read back and found to be right\n" << to_text(contents);
    co_return 0;
}

constexpr CommandOption options[] = {
    {"secret-file", "FILE", "The cluster's credential, when it has one."},
};

} // namespace

const Command backup_command{
    .name = "backup",
    .synopsis = "FILE",
    .summary = "Writes all of a running shop into one file.",
    .details =
        "Takes the order book from a replica of the order group, then the catalog from one of the other,\n"
        "while the shop goes on; reads the file back whole, and only then gives it its name. FILE is never\n"
        "overwritten. Every order that was answered before it began is in it, with its number. One that\n"
        "was answered meanwhile may be in it as its sale alone: a restored shop writes that order anew,\n"
        "perhaps under another number. See restore, and verify FILE.\n"
        "\nExit status: 0 done; 1 failed, nothing is kept; 2 bad usage.\n",
    .options = options,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = &backup,
};

} // namespace bookstore::ctl
