#pragma once
/// \file
/// Why writes are refused, where that is for want of room.
#include <optional>

#include <boost/system/error_code.hpp>

#include <bookstore/cluster/health.hpp>
#include <bookstore/net/http_message.hpp>

namespace bookstore::roles::frontend {

/// The answer to a write that ended in `failure` while replicas say, in their heartbeats, that their disks
/// are full: 503 that names them. Nothing for any other failure, or when none says so.
std::optional<net::Response> full_disk(const cluster::HealthMonitor& monitor,
                                       boost::system::error_code failure);

} // namespace bookstore::roles::frontend
