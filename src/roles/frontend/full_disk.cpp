#include "roles/frontend/full_disk.hpp"

#include <string>

#include <bookstore/net/problem.hpp>

namespace bookstore::roles::frontend {

std::optional<net::Response> full_disk(const cluster::HealthMonitor& monitor,
                                       boost::system::error_code failure) {
    if (failure != base::Errc::overloaded) return std::nullopt;
    std::string full;
    for (const auto& view : monitor.views()) {
        if (view.state == cluster::ReplicaState::down || view.last.condition.shortage.empty()) continue;
        full += (full.empty() ? "" : "; ") + std::string(to_string(view.role)) + " " +
                std::to_string(view.id) + ": " + view.last.condition.shortage;
    }
    if (full.empty()) return std::nullopt;
    return net::problem(503, "No writes are taken on, and nothing was done: " + full + ". Reads go on.",
                        "disk-full")
        .with("Retry-After", "5");
}

} // namespace bookstore::roles::frontend
