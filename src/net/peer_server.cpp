#include "net/peer_server.hpp"

#include <prometheus/counter.h>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

namespace bookstore::net {
namespace {

using base::Errc;

/// A deadline further off than this is a mistake, and must not overflow the clock.
constexpr std::uint64_t left_ms_max = 3'600'000;

/// What crosses the wire is an Errc. Any other failure tells the caller only that the outcome is unknown.
std::uint64_t to_wire(error_code failure) {
    const bool ours = failure.category() == base::errc_category();
    return static_cast<std::uint64_t>(ours ? failure.value() : static_cast<int>(Errc::outcome_unknown));
}

} // namespace

PeerServer::PeerServer(std::shared_ptr<PeerContext> context, std::shared_ptr<PeerStream> stream)
    : context_(std::move(context)), stream_(std::move(stream)), agreed_(context_->agreement.empty()) {}

void PeerServer::start(PeerStream::OnEnd on_end) {
    const auto on_frame = [weak = weak_from_this()](const Frame& frame) {
        const auto self = weak.lock();
        return self && self->on_frame(frame);
    };
    stream_->start(on_frame, std::move(on_end));
}

bool PeerServer::on_frame(const Frame& frame) {
    switch (frame.kind) {
    case FrameKind::notice:
        if (frame.method == agreement_method) {
            agreed_ = agrees(frame.payload);
            disagreement_ = agreed_ ? "" : frame.payload;
        } else if (agreed_) {
            on_notice(frame);
        }
        return true;
    case FrameKind::call:
        if (agreed_) {
            on_call(frame);
        } else {
            answer(frame.id, Errc::not_ready); // another process may serve who calls
        }
        return true;
    case FrameKind::answer:
        break; // nothing was asked on this stream
    }
    return false;
}

/// The stream of one that does not agree stays open: it would come again at once.
bool PeerServer::agrees(std::string_view theirs) {
    if (context_->agreement.empty() || theirs == context_->agreement) return true;
    auto& known = context_->disagreements;
    if (known.size() < disagreements_max && known.emplace(theirs).second)
        base::log::error("another process of the cluster is configured differently and is not listened to",
                         {{"peer", stream_->peer()}, {"there", theirs}, {"here", context_->agreement}});
    return false;
}

void PeerServer::on_notice(const Frame& frame) {
    const auto found = context_->notices.find(frame.method);
    if (found == context_->notices.end()) return; // a newer peer's; a notice may be lost anyway
    try {
        found->second(std::string(frame.payload));
    } catch (const std::exception& e) {
        base::log::error("notice handler failed", {{"peer", stream_->peer()}, {"reason", e.what()}});
    }
}

void PeerServer::on_call(const Frame& frame) {
    const auto found = context_->calls.find(frame.method);
    if (found == context_->calls.end()) return answer(frame.id, Errc::protocol_error);
    if (calls_in_flight_ >= context_->limits.calls_in_flight_max) {
        context_->metrics.calls_refused.Increment();
        return answer(frame.id, Errc::overloaded);
    }
    ++calls_in_flight_;
    const auto left = base::milliseconds(std::min(frame.left_ms, left_ms_max));
    const auto deadline = context_->scheduler.now() + left;
    auto task = [self = shared_from_this(), &handler = found->second, id = frame.id,
                 request = std::string(frame.payload),
                 deadline]() mutable { return handle(self, handler, id, std::move(request), deadline); };
    spawn(context_->loop.get_executor(), "peer call", std::move(task));
}

asio::awaitable<void> PeerServer::handle(std::shared_ptr<PeerServer> self,
                                         const Transport::CallHandler& handler, std::uint64_t id,
                                         std::string request, base::TimePoint deadline) {
    base::result<std::string> result = Errc::outcome_unknown;
    try {
        result = co_await handler(std::move(request), deadline);
    } catch (const std::exception& e) {
        base::log::error("call handler failed", {{"peer", self->stream_->peer()}, {"reason", e.what()}});
    }
    --self->calls_in_flight_;
    self->answer(id, result);
}

void PeerServer::answer(std::uint64_t id, const base::result<std::string>& result) {
    Frame frame;
    frame.kind = FrameKind::answer;
    frame.id = id;
    if (result.has_error()) {
        frame.error = to_wire(result.error());
    } else if (fits_frame(result->size())) {
        frame.payload = *result;
    } else {
        frame.error = static_cast<std::uint64_t>(Errc::too_large);
    }
    // A peer that does not read its answers is not served any more; it finds out by the stream's end.
    if (!stream_->send(frame)) stream_->close();
}

} // namespace bookstore::net
