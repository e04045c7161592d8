#include "roles/frontend/status_page.hpp"

#include <array>
#include <charconv>
#include <chrono>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <bookstore/cluster/group.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::roles::frontend {
namespace {

namespace json = boost::json;

/// 16 digits: JSON numbers do not carry 64 bits everywhere.
std::string hex(std::uint64_t value) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    return std::string(digits.size() - text.size(), '0').append(text);
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object replica(const cluster::ReplicaView& view) {
    json::object out{{"role", to_string(view.role)},
                     {"id", view.id},
                     {"address", net::to_string(view.endpoint)},
                     {"state", to_string(view.state)},
                     {"leader", view.last.leader},
                     {"version", view.last.version},
                     {"digest", hex(view.last.digest)},
                     {"last_seen", nullptr},
                     {"crashed", view.crashed}};
    if (view.role != cluster::Role::frontend) {
        out["verified"] = json::object{{"state", text_or_null(view.last.condition.state_verified)},
                                       {"log", text_or_null(view.last.condition.log_verified)}};
        out["shortage"] = view.last.condition.shortage;
        out["damage"] = view.last.condition.damage;
    }
    if (view.last_seen) out["last_seen"] = base::to_iso8601(*view.last_seen);
    return out;
}

json::array replicas(const cluster::HealthMonitor& monitor) {
    json::array out;
    for (const auto& view : monitor.views())
        out.push_back(replica(view));
    return out;
}

json::array tie_breakers(const cluster::Config& config) {
    json::array out;
    for (const auto role : {cluster::Role::catalog, cluster::Role::order}) {
        const auto group = cluster::group_of(config, role);
        if (!group.has_tie_breaker()) continue;
        out.push_back(
            json::object{{"group", group.name()}, {"address", net::to_string(group.slots.back().endpoint)}});
    }
    return out;
}

/// By the leader's account; without one, by whoever is up.
const cluster::ReplicaView* spokesman(const std::vector<cluster::ReplicaView>& views, cluster::Role role) {
    const cluster::ReplicaView* found = nullptr;
    for (const auto& view : views) {
        if (view.role != role || view.state == cluster::ReplicaState::down) continue;
        if (found == nullptr || view.last.leader) found = &view;
    }
    return found;
}

json::array groups(const cluster::Config& config, const std::vector<cluster::ReplicaView>& views) {
    json::array out;
    for (const auto role : {cluster::Role::catalog, cluster::Role::order}) {
        const auto group = cluster::group_of(config, role);
        json::object shown{{"group", group.name()}, {"slots", group.slots.size()}};
        if (const auto* by = spokesman(views, role)) {
            json::array missing;
            for (const unsigned slot : by->last.condition.without_voter) {
                if (slot >= group.slots.size()) continue;
                const auto address = net::to_string(group.slots[slot].endpoint);
                missing.push_back(json::object{{"slot", slot}, {"address", address}});
            }
            shown["degraded"] = !missing.empty();
            shown["without_voter"] = std::move(missing);
        }
        out.push_back(std::move(shown));
    }
    return out;
}

json::object lease(const World& world, const Coherence& coherence, const FrontendMetrics& metrics) {
    const auto now = world.scheduler.now();
    const bool live = coherence.live(now);
    const auto left = live ? coherence.until() - now : base::Duration{};
    return {{"live", live},
            {"term", coherence.term()},
            {"remaining_ms", std::chrono::duration_cast<base::milliseconds>(left).count()},
            {"registrations", metrics.registrations()},
            {"losses", metrics.lease_losses()}};
}

json::object cache(const Coherence& coherence, const FrontendMetrics& metrics) {
    const auto& figures = coherence.figures();
    return {{"hits", figures.hits + metrics.hits_elsewhere()},
            {"misses", figures.misses},
            {"shared_misses", metrics.shared_misses()},
            {"fills", figures.fills},
            {"fills_rejected", figures.fills_rejected},
            {"invalidations", figures.invalidations},
            {"evictions", figures.evictions},
            {"drops", figures.drops},
            {"lease_losses", metrics.lease_losses()},
            {"entries", figures.entries},
            {"bytes", figures.bytes}};
}

} // namespace

std::string status_page(const World& world, const cluster::HealthMonitor& monitor, const Coherence& coherence,
                        const FrontendMetrics& metrics, const Readiness& readiness) {
    json::object page;
    page["frontend"] = json::object{{"id", world.config.id},
                                    {"address", net::to_string(world.config.self())},
                                    {"ready", readiness.ready},
                                    {"reason", readiness.reason}};
    page["replicas"] = replicas(monitor);
    page["groups"] = groups(world.config, monitor.views());
    if (auto list = tie_breakers(world.config); !list.empty()) page["tie_breakers"] = std::move(list);
    if (const auto broken = world.config.unsafe.broken(); !broken.empty())
        page["unsafe"] = json::array(broken.begin(), broken.end());
    page["lease"] = lease(world, coherence, metrics);
    page["cache"] = cache(coherence, metrics);
    return json::serialize(page);
}

} // namespace bookstore::roles::frontend
