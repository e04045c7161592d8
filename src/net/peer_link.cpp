#include "net/peer_link.hpp"

#include <prometheus/counter.h>

#include <bookstore/base/limits.hpp>
#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::net {
namespace {

using base::Errc;

/// A peer to whom nothing is sent any more is not connected to again.
constexpr base::Duration unused_time = base::seconds(60);

/// What is left to `deadline`, rounded up: 0 only when nothing is.
std::uint64_t milliseconds_left(base::TimePoint now, base::TimePoint deadline) {
    if (deadline <= now) return 0;
    return static_cast<std::uint64_t>(std::chrono::ceil<base::milliseconds>(deadline - now).count());
}

/// An Errc that this version knows. A newer peer's failure that we do not know may have had an effect.
Errc to_errc(std::uint64_t code) {
    return code <= static_cast<std::uint64_t>(Errc::stopping) ? static_cast<Errc>(code)
                                                              : Errc::outcome_unknown;
}

} // namespace

PeerLink::PeerLink(std::shared_ptr<PeerContext> context, Endpoint peer)
    : context_(std::move(context)),
      peer_(std::move(peer)),
      pending_(context_->scheduler),
      delay_(context_->limits.reconnect_min) {}

void PeerLink::notify(Method method, std::string_view notice) {
    Frame frame;
    frame.kind = FrameKind::notice;
    frame.method = method;
    frame.payload = notice;
    if (!send(frame)) context_->metrics.notices_dropped.Increment();
}

void PeerLink::call(Method method, std::string_view request, base::TimePoint deadline,
                    PendingCalls::Answer answer) {
    Frame frame;
    frame.kind = FrameKind::call;
    frame.method = method;
    frame.id = next_id_++;
    frame.left_ms = milliseconds_left(context_->scheduler.now(), deadline);
    frame.payload = request;
    const auto frame_end = send(frame);
    if (frame_end) return pending_.add(frame.id, std::move(answer), deadline, *frame_end);
    const bool full = state_ == State::up || state_ == State::connecting;
    answer.set(full ? Errc::overloaded : Errc::unreachable);
}

/// Where the frame ends in the stream, or nothing when it cannot be sent.
std::optional<std::uint64_t> PeerLink::send(const Frame& frame) {
    last_used_ = context_->scheduler.now();
    if (state_ == State::unused) connect();
    if (state_ == State::up) return stream_->send(frame);
    if (state_ != State::connecting) return std::nullopt;
    if (queued_.size() + frame.payload.size() > base::limits::peer_queue_bytes_max) return std::nullopt;
    append_frame(queued_, frame);
    return queued_.size();
}

void PeerLink::connect() {
    state_ = State::connecting;
    INVARIANT(queued_.empty());
    if (!context_->agreement.empty()) {
        Frame frame;
        frame.kind = FrameKind::notice;
        frame.method = agreement_method;
        frame.payload = context_->agreement;
        append_frame(queued_, frame);
    }
    auto task = [self = shared_from_this()] { return open(self); };
    spawn(context_->loop.get_executor(), "peer connection", task);
}

asio::awaitable<void> PeerLink::open(std::shared_ptr<PeerLink> self) {
    auto& context = *self->context_;
    const auto deadline = context.scheduler.now() + context.limits.connect_time;
    auto peer =
        co_await open_peer(context.loop, context.scheduler, self->peer_, context.credential, deadline);
    if (self->state_ == State::closed) co_return;
    if (peer) {
        self->opened(std::move(*peer));
    } else {
        self->failed(peer.error());
    }
}

void PeerLink::opened(OpenedPeer peer) {
    state_ = State::up;
    delay_ = context_->limits.reconnect_min;
    failure_logged_ = false;
    base::log::debug("peer connected", {{"peer", to_string(peer_)}});
    stream_ = std::make_shared<PeerStream>(context_, std::move(peer.socket), to_string(peer_),
                                           std::move(peer.read_ahead), std::exchange(queued_, {}));
    const auto on_frame = [weak = weak_from_this()](const Frame& frame) {
        const auto self = weak.lock();
        return self && self->on_frame(frame);
    };
    const auto on_end = [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->broken();
    };
    stream_->start(on_frame, on_end);
    tell(true);
}

void PeerLink::failed(error_code why) {
    if (!std::exchange(failure_logged_, true))
        base::log::warning("cannot reach peer, will keep trying",
                           {{"peer", to_string(peer_)}, {"reason", why.message()}});
    queued_ = {};
    pending_.fail_all(0);
    retry_later();
}

void PeerLink::broken() {
    const auto begun = std::exchange(stream_, nullptr)->begun_bytes();
    if (state_ == State::closed) return;
    base::log::debug("peer connection broke", {{"peer", to_string(peer_)}, {"calls", pending_.size()}});
    pending_.fail_all(begun);
    retry_later();
    tell(false);
}

void PeerLink::retry_later() {
    const auto now = context_->scheduler.now();
    if (now - last_used_ > unused_time) {
        state_ = State::unused;
        return;
    }
    state_ = State::waiting;
    retry_ = context_->scheduler.at(now + delay_, [this] { connect(); });
    delay_ = std::min(delay_ * 2, context_->limits.reconnect_max);
}

bool PeerLink::on_frame(const Frame& frame) {
    if (frame.kind != FrameKind::answer) return false; // whoever accepted a stream only answers on it
    if (frame.error == 0) {
        pending_.complete(frame.id, std::string(frame.payload));
    } else {
        pending_.complete(frame.id, to_errc(frame.error));
    }
    return true;
}

void PeerLink::tell(bool connected) {
    for (const auto& handler : context_->states)
        handler(peer_, connected);
}

void PeerLink::close() {
    state_ = State::closed;
    retry_.reset();
    queued_ = {};
    pending_.fail_all(stream_ ? stream_->begun_bytes() : 0);
    if (stream_) stream_->close();
}

} // namespace bookstore::net
