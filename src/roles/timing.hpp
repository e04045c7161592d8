#pragma once
/// \file
/// How long each tier took over one request, for who asks with the header Bookstore-Timing.
///
/// A tier's time is whole: from when it had the request until it had the answer, what it waited for the tiers
/// below it included. So what lies between two tiers, the way there and back, is the difference. Every
/// internal answer carries the times below it, a few bytes; only who asked is shown them, as Server-Timing.
#include <string>
#include <vector>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/router.hpp>
#include <bookstore/roles/protocol.hpp>

namespace bookstore::roles {

bool wants_timing(const net::Request& request);
/// Adds what is known to `response`.
void show_times(net::Response& response, const TierTimes& times);
/// `response`, with what `answer` knows if `request` asks for it.
net::Response with_times(net::Response response, const net::Request& request,
                         const base::result<PurchaseAnswer>& answer);

/// The same routes, which put `tier`'s own time before those that their handlers show. No tier is shown
/// longer than the one above it: who joined a query that was under way has waited for the rest of it only.
/// `scheduler` outlives the routes.
std::vector<net::Route> timed(std::vector<net::Route> routes, const std::string& tier,
                              const base::Scheduler& scheduler);

} // namespace bookstore::roles
