#pragma once
/// \file
/// A heartbeat over HTTP: GET /heartbeat, asked and understood.
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/cluster/health.hpp>
#include <bookstore/net/http_client.hpp>

namespace bookstore::roles {

/// Asks over `client`, which outlives the probe and its questions; shows `secret` unless that is empty.
/// Errc::protocol_error for an answer that is no heartbeat, whatever its status.
cluster::HealthMonitor::Probe http_probe(net::HttpClient& client, std::string secret);

/// {"ready": bool, "leader": bool, "version": integer, "digest": "hexadecimal"}; further members are let
/// pass.
base::result<cluster::Report> parse_heartbeat(std::string_view body);

} // namespace bookstore::roles
