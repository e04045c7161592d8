// How a connection ends: by what cannot be served, by a limit, by the process stopping.
#include <boost/asio/buffer.hpp>

#include "net/http_session.hpp"
#include <bookstore/net/problem.hpp>

namespace bookstore::net {
namespace {

constexpr std::size_t linger_bytes_max = 1u << 20;
constexpr base::Duration linger_time = base::seconds(1);
constexpr base::Duration linger_time_draining = base::milliseconds(100);

} // namespace

/// Answers what cannot be served, and ends the connection. Always false.
asio::awaitable<bool> HttpSession::reject(Response response, Rejection why) {
    service_->metrics.rejected(why);
    expired_ = false;
    std::size_t sent = 0;
    // A client that does not take a few hundred bytes at once is not waited for.
    if (write_at_once(response, false, Connection::close, sent)) co_await linger();
    co_return false;
}

/// Reads what the client still sends, for a while: closing on unread bytes resets the connection, and the
/// reset may overtake the answer.
asio::awaitable<void> HttpSession::linger() {
    enter(Phase::lingering, service_->draining() ? linger_time_draining : linger_time);
    error_code failed;
    socket_.shutdown(tcp::socket::shutdown_send, failed);
    std::size_t left = linger_bytes_max;
    while (!failed && left > 0 && !expired_) {
        const auto [ec, bytes] = co_await socket_.async_read_some(asio::buffer(buffer_), as_result);
        failed = ec;
        left -= std::min(left, bytes);
    }
}

void HttpSession::check(base::TimePoint now) {
    if (now < deadline_ || answered_late_) return;
    error_code ignored;
    switch (phase_) {
    case Phase::queued:
        break; // it finds out when its turn comes
    case Phase::handling:
        give_up();
        break;
    case Phase::writing:
        service_->metrics.rejected(Rejection::write_time);
        socket_.close(ignored);
        break;
    default:
        expired_ = true;
        socket_.cancel(ignored);
    }
}

/// The handler took too long: the client is told, and the connection ends when the handler does.
void HttpSession::give_up() {
    answered_late_ = true;
    service_->metrics.rejected(Rejection::request_time);
    auto late = problem(503, "The request took too long; whether it had an effect is not known.");
    late.with("Retry-After", "1");
    std::size_t sent = 0;
    error_code ignored;
    if (write_at_once(late, false, Connection::close, sent))
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
    service_->metrics.answered(late.status, service_->limits.request_time);
}

void HttpSession::drain() {
    error_code ignored;
    if (phase_ == Phase::idle) socket_.cancel(ignored);
    if (phase_ == Phase::lingering)
        deadline_ = std::min(deadline_, service_->scheduler.now() + linger_time_draining);
}

bool HttpSession::waits_for_client() const {
    return phase_ != Phase::queued && phase_ != Phase::handling && !over_limit_ && !giving_way_;
}

void HttpSession::give_way() {
    giving_way_ = true;
    error_code ignored;
    if (phase_ == Phase::idle) {
        socket_.cancel(ignored);
    } else {
        socket_.close(ignored);
    }
}

void HttpSession::cut() {
    error_code ignored;
    socket_.close(ignored);
}

} // namespace bookstore::net
