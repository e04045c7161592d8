#pragma once
/// \file
/// A connected socket, by a deadline.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "net/asio.hpp"
#include <bookstore/base/error.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::net {

/// Resolves the name if it is one and tries its addresses in turn. Errc::unreachable when none answers, also
/// when the deadline comes first. `loop` and `scheduler` outlive the call.
asio::awaitable<base::result<tcp::socket>> connect(asio::io_context& loop, base::Scheduler& scheduler,
                                                   Endpoint to, base::TimePoint deadline);

} // namespace bookstore::net
