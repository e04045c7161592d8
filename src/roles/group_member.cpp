#include "roles/group_member.hpp"

#include <cstdio>

#include <bookstore/replication/forwarding.hpp>
#include <bookstore/replication/methods.hpp>
#include <bookstore/roles/json.hpp>

namespace bookstore::roles {

Membership::Membership(const cluster::Config& config, cluster::Role role)
    : group(cluster::group_of(config, role)) {
    const int place = cluster::slot_of(config, group);
    INVARIANT(place >= 0);
    slot = static_cast<unsigned>(place);
    tie_breaker = group.slots[slot].tie_breaker;
}

replication::ReplicaOptions replica_options(const cluster::Config& config, const Membership& membership,
                                            std::uint16_t methods) {
    replication::ReplicaOptions options;
    options.group = membership.group.name();
    options.methods = methods;
    for (const cluster::Slot& slot : membership.group.slots)
        options.members.push_back({slot.endpoint, slot.tie_breaker});
    options.slot = membership.slot;
    options.first_start = config.first_start;
    options.election_timeout = config.timings.election;
    options.heartbeat_interval = config.timings.peer_heartbeat;
    options.drift_margin = config.timings.drift_margin;
    options.log_keep_bytes = config.storage.log_keep_bytes;
    options.checkpoint_bytes = config.storage.checkpoint_bytes;
    options.reserve_bytes = config.storage.reserve_bytes;
    options.snapshot_piece_bytes = config.storage.snapshot_piece_bytes;
    options.scrub_bytes_per_second = config.storage.scrub_bytes_per_second;
    options.scrub_every = config.storage.scrub_every;
    return options;
}

replication::Environment environment_of(const World& world, const GroupDisk& disk) {
    return {world.executor,     world.scheduler, world.random,          world.metrics,
            world.transport,    *disk.log,       *disk.log_worker,      *disk.state,
            *disk.state_worker, *disk.snapshots, *disk.snapshot_worker, disk.space};
}

namespace {

void append_time(std::string& body, const std::optional<base::WallTime>& time) {
    body += time ? '"' + base::to_iso8601(*time) + '"' : "null";
}

void append_condition(std::string& body, const replication::Status& status) {
    body += R"(,"verified":{"state":)";
    append_time(body, status.state_verified);
    body += R"(,"log":)";
    append_time(body, status.log_verified);
    body += R"(},"shortage":)";
    json::append_string(body, status.shortage);
    body += R"(,"damage":)";
    json::append_string(body, status.damage);
    body += R"(,"without_voter":[)";
    for (const unsigned slot : status.slots_without_voter)
        body += (body.back() == '[' ? "" : ",") + std::to_string(slot);
    body += ']';
}

} // namespace

net::Response heartbeat_response(cluster::Role role, unsigned id, const replication::Status& status,
                                 bool ready) {
    std::string body = R"({"status":"up","role":)";
    json::append_string(body, cluster::to_string(role));
    body += R"(,"id":)" + std::to_string(id);
    body += std::string(R"(,"ready":)") + (ready ? "true" : "false");
    body += std::string(R"(,"leader":)") + (status.role == consensus::Role::leader ? "true" : "false");
    body += R"(,"version":)" + std::to_string(status.applied);
    body += R"(,"digest":")" + digest_text(status.digest) + '"';
    if (role != cluster::Role::frontend) append_condition(body, status);
    body += '}';
    return net::json_response(std::move(body));
}

std::string digest_text(std::uint64_t digest) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(digest));
    return text;
}

Readiness readiness_of(const replication::Status& status) {
    if (status.phase != replication::Phase::serving) {
        std::string reason(replication::to_string(status.phase));
        if (!status.reason.empty()) reason += ": " + status.reason;
        return {false, std::move(reason)};
    }
    std::string account = status.role == consensus::Role::leader ? "leader" : "follower";
    account += " in term " + std::to_string(status.term) + ", version " + std::to_string(status.applied);
    if (!status.shortage.empty()) account += "; takes on no writes: " + status.shortage;
    if (!status.slowness.empty()) account += "; " + status.slowness;
    if (!status.damage.empty()) account += "; damaged on its disk: " + status.damage;
    return {true, std::move(account)};
}

boost::asio::awaitable<base::result<replication::AppliedAll>>
propose_all_to(cluster::GroupClient& group, std::uint16_t methods, replication::Bundle commands,
               base::TimePoint deadline, cluster::Repeat repeat) {
    const net::Method propose{
        static_cast<std::uint16_t>(methods + static_cast<std::uint16_t>(replication::GroupMethod::propose))};
    const auto bytes =
        co_await group.call_leader(propose, replication::encode_commands(commands), deadline, repeat);
    if (!bytes) co_return bytes.error();
    co_return replication::decode_applied(*bytes);
}

boost::asio::awaitable<base::result<replication::Applied>>
propose_to(cluster::GroupClient& group, std::uint16_t methods, std::string command, base::TimePoint deadline,
           cluster::Repeat repeat) {
    replication::Bundle commands;
    commands.add(command);
    auto applied = co_await propose_all_to(group, methods, std::move(commands), deadline, repeat);
    co_return replication::only(std::move(applied));
}

} // namespace bookstore::roles
