#include "net/http_service.hpp"

#include <algorithm>

#include "net/http_session.hpp"
#include <bookstore/net/problem.hpp>

namespace bookstore::net {
namespace {

/// Sessions keep a deadline each and one timer looks at them all: often enough for the shortest limit.
base::Duration period_for(const HttpLimits& limits) {
    const auto shortest = std::min(
        {limits.header_time, limits.body_time, limits.idle_time, limits.request_time, limits.write_time});
    return std::clamp<base::Duration>(shortest / 8, base::milliseconds(1), base::seconds(1));
}

} // namespace

Response full_answer() {
    return problem(503, "This server has as many connections as it takes.").with("Retry-After", "1");
}

Response busy_answer() {
    return problem(503, "This server has more to do than it has time for.").with("Retry-After", "1");
}

HttpService::HttpService(asio::io_context& loop, base::Scheduler& clock, const RequestHandler& who,
                         HttpLimits bounds, base::Metrics& registry)
    : scheduler(clock),
      handler(who),
      limits(bounds),
      metrics(registry),
      turns(loop, clock),
      sweep_period_(period_for(bounds)) {}

void HttpService::add(HttpSession& session) {
    sessions_.insert(&session);
    metrics.connections(sessions_.size());
    if (!sweep_timer_) sweep_timer_ = scheduler.after(sweep_period_, [this] { sweep(); });
}

void HttpService::remove(HttpSession& session) {
    if (detached_) return;
    sessions_.erase(&session);
    metrics.connections(sessions_.size());
    metrics.settle();
    if (sessions_.empty() && on_empty) on_empty();
}

bool HttpService::make_room() {
    HttpSession* longest = nullptr;
    for (auto* session : sessions_) {
        if (!session->waits_for_client()) continue;
        if (longest == nullptr || session->waits_since() < longest->waits_since()) longest = session;
    }
    if (longest == nullptr || scheduler.now() - longest->waits_since() < limits.patience) return false;
    metrics.rejected(Rejection::gave_way);
    longest->give_way();
    return true;
}

void HttpService::sweep() {
    sweep_timer_.reset();
    metrics.settle();
    if (sessions_.empty()) return;
    const auto now = scheduler.now();
    for (auto* session : sessions_)
        session->check(now);
    sweep_timer_ = scheduler.after(sweep_period_, [this] { sweep(); });
}

void HttpService::drain() {
    draining_ = true;
    for (auto* session : sessions_)
        session->drain();
}

void HttpService::cut() {
    for (auto* session : sessions_)
        session->cut();
}

void HttpService::detach() {
    drain();
    cut();
    detached_ = true;
    turns.abandon();
    sweep_timer_.reset();
    if (on_empty) on_empty(); // nobody is left waiting for sessions that no longer report
    on_empty = nullptr;
}

} // namespace bookstore::net
