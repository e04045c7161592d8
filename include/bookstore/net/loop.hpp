#pragma once
/// \file
/// base::Scheduler over an Asio io_context, and the few awaitables that the layers above share.
#include <coroutine>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/base/scheduler.hpp>

namespace bookstore::net {

/// Time from the steady clock, timers from Asio. One per loop; outlives everything that uses it.
std::unique_ptr<base::Scheduler> make_loop_scheduler(boost::asio::io_context& loop);

/// Waits until `when`. The scheduler outlives the wait. Cancellable.
boost::asio::awaitable<void> sleep_until(base::Scheduler& scheduler, base::TimePoint when);

/// Starts a coroutine on `executor` that nobody waits for. What it throws is logged as `name`'s fault and
/// ends only it. (Cancelled operations at shutdown are not faults.)
void spawn(boost::asio::any_io_executor executor, std::string_view name,
           std::function<boost::asio::awaitable<void>()> task);

} // namespace bookstore::net
