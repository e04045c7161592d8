#pragma once
/// \file
/// The original's questions to its frontend about replicas and cache. Pure but for the turn that moves on.
#include "roles/frontend/coherence.hpp"
#include <bookstore/cluster/config.hpp>
#include <bookstore/cluster/health.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::roles::frontend {

/// GET /getcatalog, /getorder: the id of the next available replica; 503 when none is.
net::Response next_replica(cluster::HealthMonitor& monitor, cluster::Role role);
/// GET /crashed?id=N: has this catalog replica been seen down since it last resynchronised?
net::Response crashed(const cluster::HealthMonitor& monitor, const cluster::Config& config,
                      const net::Request& request);
/// GET /invalidate?item=N or ?topic=T.
net::Response invalidate(Coherence& coherence, const net::Request& request);

} // namespace bookstore::roles::frontend
