#include "net/http_session.hpp"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "net/credential.hpp"
#include "net/text.hpp"
#include <bookstore/net/problem.hpp>

namespace bookstore::net {
namespace {

constexpr std::size_t first_buffer_bytes = 4'096;
/// A request that has queued for such a part of its time is refused: it would end too late as well.
constexpr int queueing_share = 3;

std::string address_of(const tcp::socket& socket) {
    error_code ignored;
    const auto remote = socket.remote_endpoint(ignored);
    return to_string(Endpoint{remote.address().to_string(), remote.port()});
}

} // namespace

HttpSession::HttpSession(tcp::socket socket, std::shared_ptr<HttpService> service, bool over_limit)
    : service_(std::move(service)),
      socket_(std::move(socket)),
      over_limit_(over_limit),
      peer_(address_of(socket_)),
      parser_({service_->limits.header_bytes_max, service_->limits.body_bytes_max}) {
    error_code ignored; // a socket that is dead already fails its first read
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    buffer_.resize(std::min(first_buffer_bytes, service_->limits.header_bytes_max));
    enter(Phase::idle, idle_time());
    service_->add(*this);
}

HttpSession::~HttpSession() {
    service_->remove(*this);
}

base::Duration HttpSession::idle_time() const {
    return over_limit_ ? service_->limits.reserve_time : service_->limits.idle_time;
}

base::Duration HttpSession::header_time() const {
    const auto& limits = service_->limits;
    return over_limit_ ? std::min(limits.reserve_time, limits.header_time) : limits.header_time;
}

base::Duration HttpSession::queueing_time() const {
    return service_->limits.request_time / queueing_share;
}

void HttpSession::enter(Phase phase, base::Duration limit) {
    phase_ = phase;
    since_ = service_->scheduler.now();
    deadline_ = since_ + limit;
}

asio::awaitable<void> HttpSession::run() {
    const auto self = shared_from_this();
    for (;;) {
        // Not one condition: GCC 12 awaits the right side of && whatever the left one gives.
        Next next = answer_plainly();
        if (next == Next::wait || next == Next::ask) next = co_await wait_plainly(next);
        if (next == Next::end) break;
        if (sent_ < out_.size()) {
            if (!co_await write_rest()) break;
        }
        if (next == Next::close) {
            co_await linger();
            break;
        }
        if (next == Next::queue) co_await queue_plainly();
        if (next == Next::parse) {
            if (!co_await read_request()) break;
            if (!co_await answer_parsed()) break;
            ++in_a_row_;
        }
        if (in_a_row_ < service_->limits.pipelined_max) continue;
        in_a_row_ = 0;
        co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
}

/// Brings the parser to the end of a request. False when there will be none: the connection is over.
asio::awaitable<bool> HttpSession::read_request() {
    parser_.start();
    enter(Phase::idle, idle_time());
    for (;;) {
        std::string_view unparsed(buffer_.data() + used_, filled_ - used_);
        const auto state = parser_.feed(unparsed);
        used_ = filled_ - unparsed.size();
        if (state == ParseState::done) co_return true;
        if (state == ParseState::failed) {
            const int status = parser_.failure_status();
            const auto why = status == 431   ? Rejection::header_bytes
                             : status == 413 ? Rejection::body_bytes
                                             : Rejection::malformed;
            co_return co_await reject(problem(status, parser_.failure_detail()), why);
        }
        if (parser_.header_done()) {
            if (phase_ != Phase::body && !begin_body()) co_return false;
        } else if (phase_ == Phase::idle && filled_ > used_) {
            enter(Phase::header, header_time());
        }
        if (!make_room()) {
            const int status = parser_.header_done() ? 400 : 431;
            const auto why = status == 431 ? Rejection::header_bytes : Rejection::malformed;
            co_return co_await reject(problem(status, "A line of the request is too long."), why);
        }
        const bool more = co_await fill();
        if (expired_ && phase_ == Phase::header)
            co_return co_await reject(problem(408, "The request's header took too long."),
                                      Rejection::header_time);
        if (expired_ && phase_ == Phase::body)
            co_return co_await reject(problem(408, "The request's body took too long."),
                                      Rejection::body_time);
        if (more && !expired_) continue;
        if (expired_ && over_limit_) co_return co_await reject(full_answer(), Rejection::connections);
        co_return false;
    }
}

/// The header is complete and the body is not: asks for it if the client waits to be asked.
bool HttpSession::begin_body() {
    enter(Phase::body, service_->limits.body_time);
    if (!parser_.expects_continue() || filled_ > used_) return true;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ec;
    return socket_.write_some(asio::buffer(go_on), ec) == go_on.size();
}

/// Space behind what is buffered. False when what cannot be parsed yet fills the largest buffer allowed.
bool HttpSession::make_room() {
    if (used_ > 0) {
        buffer_.replace(0, filled_ - used_, buffer_, used_, filled_ - used_);
        filled_ -= used_;
        used_ = 0;
    }
    if (filled_ < buffer_.size()) return true;
    const auto larger = std::min(buffer_.size() * 2, service_->limits.header_bytes_max);
    if (larger == buffer_.size()) return false;
    buffer_.resize(larger);
    return true;
}

/// Waits for bytes. False when the connection is over or the wait was ended.
asio::awaitable<bool> HttpSession::fill() {
    if (phase_ == Phase::idle && service_->draining()) co_return read_last_words();
    in_a_row_ = 0;
    const auto [ec, bytes] = co_await socket_.async_read_some(
        asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_), as_result);
    filled_ += bytes;
    if (!ec) co_return true;
    if (ec == asio::error::operation_aborted && phase_ == Phase::idle && !expired_)
        co_return read_last_words();
    co_return false;
}

/// On an idle connection that is about to be closed: what the client had sent before it could know.
bool HttpSession::read_last_words() {
    error_code ec;
    filled_ += socket_.read_some(asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_), ec);
    return !ec;
}

/// Has the request handled and answered. False when the connection is over.
asio::awaitable<bool> HttpSession::answer_parsed() {
    service_->metrics.settle();
    const base::Duration limit = service_->limits.request_time;
    enter(Phase::handling, limit + limit / 10);
    Request request = parser_.take();
    request.peer = peer_;
    request.deadline = deadline_ - limit / 10;
    if (parser_.is_upgrade()) {
        if (const auto* to = wanted_upgrade(request)) co_return co_await upgrade(std::move(request), *to);
    }
    if (over_limit_ && !service_->handler.serves_in_reserve(request))
        co_return co_await reject(full_answer(), Rejection::connections);
    const bool head_only = request.verb == Verb::head;
    const bool overdue = std::exchange(overdue_, false);
    bool in_time = !overdue && service_->turns.take(since_);
    if (!in_time && !overdue) in_time = co_await wait_for_turn(request);
    Response response;
    if (in_time) {
        response = co_await service_->handler.handle(std::move(request));
    } else {
        response = busy_answer();
        service_->metrics.rejected(Rejection::queue_time);
    }
    if (answered_late_) co_return false;
    const bool keep = may_keep();
    if (!co_await send(std::move(response), head_only, keep)) co_return false;
    if (!keep) co_await linger();
    co_return keep;
}

/// False when the turn comes too late.
asio::awaitable<bool> HttpSession::wait_for_turn(const Request& request) {
    const auto deadline = deadline_;
    const auto too_late = service_->scheduler.now() + queueing_time();
    const bool urgent = service_->handler.serves_in_reserve(request);
    phase_ = Phase::queued;
    co_await service_->turns.wait(urgent ? HttpTurns::Urgency::urgent : HttpTurns::Urgency::normal);
    phase_ = Phase::handling;
    deadline_ = deadline;
    co_return service_->scheduler.now() < too_late;
}

bool HttpSession::stays_open() const {
    return !service_->draining() && !over_limit_ && !giving_way_;
}

bool HttpSession::may_keep() const {
    return parser_.keep_alive() && stays_open();
}

const HttpService::Upgrade* HttpSession::wanted_upgrade(const Request& request) const {
    const auto wanted = request.header("Upgrade");
    if (!wanted || request.verb != Verb::get || parser_.is_http_1_0()) return nullptr;
    for (const auto& known : service_->upgrades) {
        if (iequals(known.protocol, *wanted)) return &known;
    }
    return nullptr;
}

asio::awaitable<bool> HttpSession::upgrade(Request request, const HttpService::Upgrade& to) {
    const auto shown = bearer(request.headers);
    if (!to.credential.empty() && (!shown || !same_secret(*shown, to.credential))) {
        Response refusal = shown ? credential_wrong() : credential_missing();
        const bool keep = may_keep();
        const bool sent = co_await send(std::move(refusal), false, keep);
        if (sent && !keep) co_await linger();
        co_return sent&& keep;
    }
    std::string head =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + to.protocol + "\r\n\r\n";
    error_code ec;
    const auto sent = socket_.write_some(asio::buffer(head), ec);
    if (sent == head.size()) to.handler(std::move(socket_), buffer_.substr(used_, filled_ - used_));
    co_return false;
}

/// Writes as much as the socket takes now, head and body together; false when the connection is broken.
bool HttpSession::write_at_once(const Response& response, bool head_only, Connection connection,
                                std::size_t& sent) {
    head_.clear();
    append_response_head(head_, response, connection, service_->date());
    const std::string_view body = head_only ? std::string_view() : std::string_view(response.body);
    const std::array<asio::const_buffer, 2> pieces{asio::buffer(head_), asio::buffer(body)};
    error_code ec;
    sent = socket_.write_some(pieces, ec);
    return !ec || ec == asio::error::would_block;
}

/// False when the connection is broken, or its client does not read.
asio::awaitable<bool> HttpSession::send(Response response, bool head_only, bool keep) {
    const base::TimePoint began =
        deadline_ - service_->limits.request_time - service_->limits.request_time / 10;
    const auto connection = !keep                   ? Connection::close
                            : parser_.is_http_1_0() ? Connection::keep_alive
                                                    : Connection::persistent;
    std::size_t sent = 0;
    if (!write_at_once(response, head_only, connection, sent)) co_return false;
    const std::size_t body_bytes = head_only ? 0 : response.body.size();
    const auto& limits = service_->limits;
    const auto more = base::seconds(static_cast<std::int64_t>(body_bytes / limits.write_rate_min));
    if (sent < head_.size() + body_bytes) enter(Phase::writing, limits.write_time + more);
    while (sent < head_.size() + body_bytes) {
        const std::string_view rest = sent < head_.size()
                                          ? std::string_view(head_).substr(sent)
                                          : std::string_view(response.body).substr(sent - head_.size());
        const auto [ec, bytes] = co_await socket_.async_write_some(asio::buffer(rest), as_result);
        sent += bytes;
        if (bytes > 0) since_ = service_->scheduler.now();
        if (ec) co_return false;
    }
    service_->metrics.answered(response.status, service_->scheduler.now() - began);
    co_return true;
}

} // namespace bookstore::net
