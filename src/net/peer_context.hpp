#pragma once
/// \file
/// What every stream of one PeerTransport shares.
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <bookstore/base/log_limit.hpp>
#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/peer_transport.hpp>

namespace bookstore::net {

/// The notice that tells the sender's agreement; no handler has this number.
inline constexpr Method agreement_method{0};
inline constexpr std::size_t disagreements_max = 16;

/// What the transport counts.
struct PeerMetrics {
    explicit PeerMetrics(base::Metrics& metrics);

    prometheus::Gauge& streams;
    prometheus::Counter& notices_dropped;
    prometheus::Counter& calls_refused;
    prometheus::Counter& streams_refused;
    prometheus::Counter& streams_broken;
};

/// Loop thread only; held by shared_ptr by everything that runs.
struct PeerContext {
    asio::io_context& loop;
    base::Scheduler& scheduler;
    std::string credential;
    PeerLimits limits;
    PeerMetrics metrics;
    std::unordered_map<Method, Transport::CallHandler> calls{};
    std::unordered_map<Method, Transport::NoticeHandler> notices{};
    std::vector<Transport::StateHandler> states{};
    std::string agreement{};
    std::set<std::string> disagreements{}; ///< that were logged; at most disagreements_max
    base::LogLimit noise{};                ///< of streams that are not our protocol
};

} // namespace bookstore::net
