#pragma once
/// \file
/// GET /v1/status: the cluster as this frontend sees it.
#include <string>

#include "roles/frontend/coherence.hpp"
#include "roles/frontend/frontend_metrics.hpp"
#include <bookstore/cluster/health.hpp>
#include <bookstore/roles/node.hpp>

namespace bookstore::roles::frontend {

std::string status_page(const World& world, const cluster::HealthMonitor& monitor, const Coherence& coherence,
                        const FrontendMetrics& metrics, const Readiness& readiness);

} // namespace bookstore::roles::frontend
