#pragma once
/// \file
/// The client's side of opening a peer stream.
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "net/asio.hpp"
#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::net {

struct OpenedPeer {
    tcp::socket socket;
    std::string read_ahead; ///< what the peer sent behind its answer
};

/// Connects and has the connection upgraded. Errc::unreachable: no connection, or not in time; unauthorized:
/// the credential was refused; protocol_error: what listens there is no peer of ours.
asio::awaitable<base::result<OpenedPeer>> open_peer(asio::io_context& loop, base::Scheduler& scheduler,
                                                    Endpoint to, std::string credential,
                                                    base::TimePoint deadline);

} // namespace bookstore::net
