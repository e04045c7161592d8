// Plain requests: no parser, no coroutine, one write for all that came. GETs that can be answered at once
// take no memory either; a POST is taken on by others, and everything behind it waits for its answer.
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "net/http_session.hpp"

namespace bookstore::net {
namespace {

/// Of answers, after which those that have been given are written.
constexpr std::size_t answers_bytes_max = 32u << 10;
/// Kept by a session from one turn to the next.
constexpr std::size_t kept_bytes_max = 2 * answers_bytes_max;

} // namespace

/// One wait after the other, as long as all that comes is plain. Each owns the next: a loop that goes takes
/// the session with it.
struct HttpSession::PlainWait {
    HttpSession* session;
    Resume resume;

    void operator()(error_code ec, std::size_t bytes) {
        const Next next = session->come(ec, bytes);
        if (next == Next::wait || next == Next::ask) return begin(std::move(*this), next);
        std::move(resume)(next);
    }

    static void begin(PlainWait wait, Next next) {
        if (next == Next::wait)
            read(std::move(wait));
        else
            ask(std::move(wait));
    }
    static void read(PlainWait wait) {
        HttpSession& s = *wait.session;
        s.in_a_row_ = 0;
        s.used_ = s.filled_ = 0;
        s.socket_.async_read_some(asio::buffer(s.buffer_), std::move(wait));
    }
    static void ask(PlainWait wait) {
        HttpSession& s = *wait.session;
        s.asked_.emplace(std::move(wait.resume));
        s.take_on();
    }
    /// Through the loop: whoever gives an answer, or asks for one, is not to be resumed by that.
    static void resume_soon(HttpSession& s, Next next) {
        auto resume = std::move(*s.asked_);
        s.asked_.reset();
        asio::post(s.socket_.get_executor(),
                   [resume = std::move(resume), next]() mutable { std::move(resume)(next); });
    }
};

/// Waits for what cannot be answered here, answering whatever can. `next`: wait or ask.
asio::awaitable<HttpSession::Next> HttpSession::wait_plainly(Next next) {
    if (next == Next::wait) enter(Phase::idle, idle_time());
    const auto begin = [this, next](auto resume) { PlainWait::begin({this, std::move(resume)}, next); };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Next)>(begin, asio::use_awaitable);
}

HttpSession::Next HttpSession::come(error_code ec, std::size_t bytes) {
    filled_ += bytes;
    if (!ec) return answer_plainly();
    const bool asked_to_end = ec == asio::error::operation_aborted && !expired_;
    return asked_to_end && read_last_words() ? Next::parse : Next::end;
}

/// Answers what is buffered, as far as it can be. The clock is read after it all has come and before any of
/// it is looked up: that is the moment as of which each of these answers is true, however long it takes to be
/// sent.
HttpSession::Next HttpSession::answer_plainly() {
    if ((!service_->answer_at_once && !service_->take_post) || !stays_open() || overdue_) return Next::parse;
    if (used_ == filled_) return Next::wait;
    const auto began = service_->scheduler.now();
    const auto date = service_->date();
    forget_sent();
    Next next = Next::wait;
    while (used_ < filled_ && next == Next::wait) {
        const auto plain =
            find_plain_request({buffer_.data() + used_, filled_ - used_}, service_->limits.body_bytes_max);
        const bool is_post = plain && plain->verb == Verb::post;
        const bool for_us = plain && (is_post ? bool(service_->take_post) : bool(service_->answer_at_once));
        if (for_us && !has_turn_ && !service_->turns.take_briefly(began)) {
            next = Next::queue;
            break;
        }
        if (for_us && is_post) {
            post_ = *plain;
            next = out_.empty() ? Next::ask : Next::again; // what came before it is answered before it
            break;
        }
        const int status = for_us ? service_->answer_at_once(plain->target, began, date, out_) : 0;
        if (status == 0) {
            next = Next::parse;
            break;
        }
        used_ += plain->bytes;
        service_->metrics.answered_at_once(status);
        if (++in_a_row_ == service_->limits.pipelined_max || out_.size() >= answers_bytes_max)
            next = Next::again;
    }
    has_turn_ = false;
    if (out_.empty()) return next;
    if (!write_plainly(began)) return Next::end;
    if (sent_ < out_.size()) return Next::again;
    forget_sent();
    return next;
}

/// Offers the POST that was found; what nobody takes on is the router's.
void HttpSession::take_on() {
    const base::Duration limit = service_->limits.request_time;
    enter(Phase::handling, limit + limit / 10);
    used_ += post_.bytes;
    Reply reply(*this);
    const PlainPost post{post_.target, post_.content_type, post_.idempotency_key, post_.body,
                         deadline_ - limit / 10};
    if (service_->take_post(post, reply)) return;
    used_ -= post_.bytes;
    PlainWait::resume_soon(*this, Next::parse);
}

void HttpSession::answer(const Response& response) {
    const Next next = answered_late_ ? Next::end : answer_post(response);
    if (next != Next::wait) return PlainWait::resume_soon(*this, next);
    auto resume = std::move(*asked_);
    asked_.reset();
    PlainWait::read({this, std::move(resume)});
}

/// With the coroutine goes the session.
void HttpSession::abandon() {
    const auto ended = std::exchange(asked_, std::nullopt);
}

HttpSession::Next HttpSession::answer_post(const Response& response) {
    const bool keep = stays_open();
    append_response_head(out_, response, keep ? Connection::persistent : Connection::close, service_->date());
    out_ += response.body;
    service_->metrics.answered_at_once(response.status);
    if (!write_plainly(since_)) return Next::end;
    if (!keep) return Next::close;
    if (++in_a_row_ == service_->limits.pipelined_max || used_ < filled_ || sent_ < out_.size())
        return Next::again;
    forget_sent();
    return Next::wait;
}

void HttpSession::forget_sent() {
    if (out_.capacity() > kept_bytes_max) out_ = std::string();
    out_.clear();
    sent_ = 0;
}

/// Lets others past; then what is buffered has its turn, or has waited for too long.
asio::awaitable<void> HttpSession::queue_plainly() {
    const auto too_late = service_->scheduler.now() + queueing_time();
    phase_ = Phase::queued;
    co_await service_->turns.wait(HttpTurns::Urgency::normal);
    enter(Phase::idle, idle_time());
    has_turn_ = since_ < too_late;
    overdue_ = !has_turn_;
}

/// One write for all. False when the connection is broken.
bool HttpSession::write_plainly(base::TimePoint began) {
    error_code ec;
    sent_ = socket_.write_some(asio::buffer(out_), ec);
    enter(Phase::idle, idle_time());
    service_->metrics.took_at_once(since_ - began);
    return !ec || ec == asio::error::would_block;
}

/// What the socket did not take of the answers. False when the connection is broken, or its client does not
/// read.
asio::awaitable<bool> HttpSession::write_rest() {
    const auto& limits = service_->limits;
    enter(Phase::writing,
          limits.write_time + base::seconds(static_cast<std::int64_t>(out_.size() / limits.write_rate_min)));
    while (sent_ < out_.size()) {
        const auto [ec, bytes] =
            co_await socket_.async_write_some(asio::buffer(std::string_view(out_).substr(sent_)), as_result);
        sent_ += bytes;
        if (bytes > 0) since_ = service_->scheduler.now();
        if (ec) co_return false;
    }
    forget_sent();
    co_return true;
}

} // namespace bookstore::net
