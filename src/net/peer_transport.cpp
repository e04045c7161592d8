#include <bookstore/net/peer_transport.hpp>

#include <map>
#include <unordered_set>

#include <boost/asio/post.hpp>

#include <prometheus/counter.h>

#include "net/peer_link.hpp"
#include "net/peer_server.hpp"

namespace bookstore::net {

using base::Errc;

PeerMetrics::PeerMetrics(base::Metrics& metrics)
    : streams(metrics.gauge("bookstored_peer_streams", "Peer streams that are open, in both directions.")),
      notices_dropped(metrics.counter("bookstored_peer_notices_dropped_total",
                                      "Notices not sent: the peer was unreachable or its queue full.")),
      calls_refused(metrics.counter("bookstored_peer_calls_refused_total",
                                    "Calls of peers refused: too many of one peer in flight.")),
      streams_refused(metrics.counter("bookstored_peer_streams_refused_total",
                                      "Peer streams not taken: too many are open.")),
      streams_broken(metrics.counter("bookstored_peer_streams_broken_total",
                                     "Peer streams ended for bytes that are not our protocol.")) {}

struct PeerTransport::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& loop, base::Scheduler& scheduler, base::Metrics& metrics, std::string credential,
         PeerLimits limits, std::string agreement)
        : context(std::make_shared<PeerContext>(
              PeerContext{loop, scheduler, std::move(credential), limits, PeerMetrics(metrics)})) {
        context->agreement = std::move(agreement);
    }

    PeerLink& link(const Endpoint& to) {
        auto& link = links[to];
        if (!link) link = std::make_shared<PeerLink>(context, to);
        return *link;
    }

    void accept(tcp::socket socket, std::string read_ahead) {
        if (closed) return;
        if (servers.size() >= context->limits.streams_max)
            return context->metrics.streams_refused.Increment();
        error_code ignored;
        const auto remote = socket.remote_endpoint(ignored);
        const auto peer = to_string(Endpoint{remote.address().to_string(), remote.port()});
        auto stream =
            std::make_shared<PeerStream>(context, std::move(socket), peer, std::move(read_ahead), "");
        auto server = std::make_shared<PeerServer>(context, std::move(stream));
        servers.insert(server);
        server->start([weak = weak_from_this(), key = std::weak_ptr(server)] {
            if (const auto self = weak.lock()) self->servers.erase(key.lock());
        });
    }

    void close() {
        closed = true;
        for (const auto& [to, link] : links)
            link->close();
        for (const auto& server : servers)
            server->close();
    }

    std::shared_ptr<PeerContext> context;
    std::map<Endpoint, std::shared_ptr<PeerLink>> links;
    std::unordered_set<std::shared_ptr<PeerServer>> servers;
    bool closed = false;
};

PeerTransport::PeerTransport(asio::io_context& loop, base::Scheduler& scheduler, base::Metrics& metrics,
                             std::string credential, PeerLimits limits, std::string agreement)
    : impl_(std::make_shared<Impl>(loop, scheduler, metrics, std::move(credential), limits,
                                   std::move(agreement))) {}

PeerTransport::~PeerTransport() {
    impl_->close();
}

void PeerTransport::attach(HttpServer& server, At where) {
    UpgradeHandler accept = [weak = std::weak_ptr(impl_)](tcp::socket socket, std::string read_ahead) {
        if (const auto impl = weak.lock()) impl->accept(std::move(socket), std::move(read_ahead));
    };
    if (where == At::another_loop) {
        accept = [&loop = impl_->context->loop, accept](tcp::socket socket, std::string read_ahead) {
            error_code failed;
            const auto protocol = socket.local_endpoint(failed).protocol();
            if (failed) return;
            tcp::socket moved(loop, protocol, socket.release());
            asio::post(loop,
                       [accept, moved = std::move(moved), read_ahead = std::move(read_ahead)]() mutable {
                           accept(std::move(moved), std::move(read_ahead));
                       });
        };
    }
    server.on_upgrade(std::string(peer_protocol), impl_->context->credential, std::move(accept));
}

void PeerTransport::on_call(Method method, CallHandler handler) {
    INVARIANT(impl_->context->calls.emplace(method, std::move(handler)).second);
}

void PeerTransport::on_notice(Method method, NoticeHandler handler) {
    INVARIANT(method != agreement_method);
    INVARIANT(impl_->context->notices.emplace(method, std::move(handler)).second);
}

void PeerTransport::on_state(StateHandler handler) {
    impl_->context->states.push_back(std::move(handler));
}

void PeerTransport::notify(const Endpoint& to, Method method, std::string notice) {
    if (impl_->closed) return;
    if (!fits_frame(notice.size())) return impl_->context->metrics.notices_dropped.Increment();
    impl_->link(to).notify(method, notice);
}

asio::awaitable<base::result<std::string>>
PeerTransport::call(Endpoint to, Method method, std::string request, base::TimePoint deadline) {
    if (impl_->closed) co_return Errc::stopping;
    if (!fits_frame(request.size())) co_return Errc::too_large;
    if (deadline <= impl_->context->scheduler.now()) co_return Errc::timed_out;
    PendingCalls::Answer answer;
    impl_->link(to).call(method, request, deadline, answer);
    co_return co_await std::move(answer).wait();
}

std::string PeerTransport::disagreement() const {
    for (const auto& server : impl_->servers) {
        if (server->disagreement().empty()) continue;
        return "another process is configured differently: " + server->disagreement() + " there, " +
               impl_->context->agreement + " here";
    }
    return {};
}

void PeerTransport::close() {
    impl_->close();
}

} // namespace bookstore::net
