#include "ctl/verify_online.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "ctl/backup_report.hpp"
#include "ctl/replica_snapshot.hpp"
#include "ctl/secret.hpp"

namespace bookstore::ctl {
namespace {

using boost::asio::awaitable;
using offline::BackupPart;
using offline::Finding;
using Result = Finding::Result;

struct Look {
    ReplicaSnapshot snapshot;
    std::optional<BackupPart> part;
    std::string failure; ///< why there is none
};

/// All begin before any is waited for: so they are of versions as close as can be.
awaitable<void> begin(Look& look) {
    try {
        co_await look.snapshot.begin();
    } catch (const CommandFailed& failure) {
        look.failure = failure.what();
    }
}

bool pending(const Look& look) {
    return !look.part && look.failure.empty();
}

awaitable<void> look_once(Look& look) {
    if (!pending(look)) co_return;
    try {
        look.part = co_await look.snapshot.look();
    } catch (const CommandFailed& failure) {
        look.failure = failure.what();
    }
    if (!pending(look)) co_await look.snapshot.drop();
}

/// What most replicas of a group have at each version; of two that differ, neither is right.
using Counts = std::map<std::pair<bool, std::uint64_t>, std::map<std::uint64_t, int>>;

Finding judge(const Look& look, const Counts& counts) {
    const auto& replica = look.snapshot.replica();
    if (!look.part) return {replica.name, Result::damaged, look.failure};
    const std::string at = "version " + std::to_string(look.part->version) + ", digest " +
                           hex_text(look.part->digest) + ", as its rows add up";
    const auto& at_version = counts.at({replica.catalog, look.part->version});
    if (at_version.size() > 1)
        return {replica.name, Result::damaged, at + "; others have another at this version"};
    const int same = at_version.begin()->second;
    if (same == 1) return {replica.name, Result::noted, at + "; nobody else was at this version"};
    return {replica.name, Result::sound, at + ", as " + std::to_string(same - 1) + " more have"};
}

} // namespace

awaitable<offline::Verification> verify_online(Context& context) {
    const std::string secret = cluster_secret(context.options);
    const auto replicas = co_await find_replicas(context);
    std::vector<Look> looks;
    for (const ReplicaAddress& replica : replicas)
        looks.push_back({ReplicaSnapshot(context, replica, secret), std::nullopt, {}});
    for (Look& look : looks)
        co_await begin(look);
    for (;;) {
        for (Look& look : looks)
            co_await look_once(look);
        if (std::ranges::none_of(looks, pending)) break;
        co_await pause_between_looks(context);
    }
    Counts counts;
    for (const Look& look : looks)
        if (look.part) ++counts[{look.snapshot.replica().catalog, look.part->version}][look.part->digest];
    offline::Verification verification;
    for (const Look& look : looks)
        verification.findings.push_back(judge(look, counts));
    co_return verification;
}

} // namespace bookstore::ctl
