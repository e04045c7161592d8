#include "roles/frontend/replica_routes.hpp"

#include <string>

#include <bookstore/net/problem.hpp>
#include <bookstore/roles/json.hpp>
#include <bookstore/shop/tags.hpp>

namespace bookstore::roles::frontend {

net::Response next_replica(cluster::HealthMonitor& monitor, cluster::Role role) {
    if (const auto replica = monitor.next(role)) return net::text_response(std::to_string(*replica));
    return net::problem_from(base::Errc::not_ready, "No " + std::string(to_string(role)) + " replica is up.");
}

net::Response crashed(const cluster::HealthMonitor& monitor, const cluster::Config& config,
                      const net::Request& request) {
    const std::size_t count = config.of(cluster::Role::catalog).size();
    const std::string allowed =
        "a catalog replica's id, an integer from 0 to " + std::to_string(count - 1) + ".";
    const auto text = request.parameter("id");
    if (!text) return net::problem(400, "The parameter \"id\" is missing: " + allowed);
    const auto id = *text == "0" ? std::optional<std::uint64_t>(0) : json::parse_positive(*text);
    if (!id) return net::problem(400, "The parameter \"id\" must be " + allowed);
    if (*id >= count) return net::problem(404, "There is no catalog replica " + std::to_string(*id) + ".");
    const auto& view = monitor.view(cluster::Role::catalog, static_cast<unsigned>(*id));
    return net::text_response(view.crashed ? "True" : "False");
}

net::Response invalidate(Coherence& coherence, const net::Request& request) {
    if (const auto text = request.parameter("item")) {
        const auto item = json::parse_positive(*text);
        if (!item) return net::problem(400, "The parameter \"item\" must be a positive integer.");
        coherence.drop(shop::item_tag(shop::ItemId{*item}));
        return net::text_response("Successfully invalidated item");
    }
    if (const auto topic = request.parameter("topic"); topic && !topic->empty()) {
        coherence.drop(shop::topic_tag(*topic));
        return net::text_response("Successfully invalidated topic");
    }
    return net::problem(400, "What to invalidate is missing: /invalidate?item=N or /invalidate?topic=T.");
}

} // namespace bookstore::roles::frontend
