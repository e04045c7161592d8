#include "sim/shop/transport.hpp"

#include <algorithm>

#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>

#include "support/answered_at_once.hpp"
#include "support/taken_post.hpp"

namespace bookstore::shopsim {
namespace {

using base::Errc;

constexpr base::Duration connect_time = base::milliseconds(500);
constexpr base::Duration reconnect_min = base::milliseconds(20);
constexpr base::Duration reconnect_max = base::milliseconds(500);

} // namespace

SimTransport::SimTransport(Network& network, const Addresses& addresses, std::shared_ptr<Site> self)
    : network_(network), addresses_(addresses), self_(std::move(self)) {}

SimTransport::Link& SimTransport::link_to(const net::Endpoint& to) {
    auto& link = links_[to];
    if (!link) link = std::make_unique<Link>(*self_->loop, to);
    return *link;
}

void SimTransport::notify(const net::Endpoint& to, net::Method method, std::string notice) {
    send(link_to(to), [method, notice = std::move(notice)](Site& receiver) {
        const auto& handlers = receiver.transport->notices_;
        const auto handler = handlers.find(method);
        if (handler != handlers.end()) handler->second(notice);
    });
}

boost::asio::awaitable<base::result<std::string>>
SimTransport::call(net::Endpoint to, net::Method method, std::string request, base::TimePoint deadline) {
    Link& link = link_to(to);
    const auto id = next_call_++;
    net::PendingCalls::Answer answer;
    const auto left = std::chrono::ceil<base::milliseconds>(
        std::max(base::Duration::zero(), deadline - self_->loop->now()));
    if (link.state == State::unused) connect(link);
    // Streams and lives are told apart by number: an answer may come when another stream has taken over.
    auto message = [stream = std::weak_ptr(link.stream), life = link.life, peer = to, id, method, left,
                    request = std::move(request)](Site& receiver) {
        if (const auto alive = stream.lock())
            receiver.transport->serve(alive, life, peer, id, method, request, left);
    };
    if (!send(link, std::move(message))) co_return Errc::unreachable;
    link.pending.add(id, answer, deadline, 1);
    co_return co_await std::move(answer).wait();
}

bool SimTransport::send(Link& link, Stream::Message message) {
    if (link.state == State::unused) connect(link);
    if (link.state == State::waiting) return false;
    if (link.state == State::up)
        link.stream->send(0, std::move(message));
    else
        link.queued.push_back(std::move(message));
    return true;
}

void SimTransport::connect(Link& link) {
    link.state = State::connecting;
    ++link.life;
    const auto life = link.life;
    link.stream = network_.connect(self_, addresses_.at(link.peer), [this, &link, life] {
        if (link.life == life) broken(link);
    });
    link.timer = self_->loop->after(connect_time, [this, &link] { broken(link); });
    // The other side's answer to the upgrade opens the stream.
    link.stream->send(0, [stream = std::weak_ptr(link.stream), peer = link.peer, life](Site& receiver) {
        const auto alive = stream.lock();
        if (!alive || receiver.transport == nullptr) return;
        alive->send(1, [peer, life](Site& opener) {
            Link& own = opener.transport->link_to(peer);
            if (own.life == life && own.state == State::connecting) opener.transport->opened(own);
        });
    });
}

void SimTransport::opened(Link& link) {
    link.state = State::up;
    link.timer.reset();
    link.delay = reconnect_min;
    for (auto& message : std::exchange(link.queued, {}))
        link.stream->send(0, std::move(message));
    tell(link.peer, true);
}

void SimTransport::broken(Link& link) {
    if (link.state != State::connecting && link.state != State::up) return;
    const bool was_up = link.state == State::up;
    link.state = State::waiting;
    ++link.life; // what comes on the old stream now is dropped
    std::exchange(link.stream, nullptr)->close();
    link.queued.clear();
    link.pending.fail_all(was_up ? 1 : 0);
    link.delay = std::clamp(link.delay, reconnect_min, reconnect_max);
    link.timer = self_->loop->after(link.delay, [this, &link] { connect(link); });
    link.delay *= 2;
    if (was_up) tell(link.peer, false);
}

void SimTransport::tell(const net::Endpoint& peer, bool connected) {
    for (const auto& handler : states_)
        handler(peer, connected);
}

void SimTransport::serve(std::shared_ptr<Stream> stream, std::uint64_t life, net::Endpoint peer,
                         std::uint64_t id, net::Method method, std::string request, base::Duration left) {
    const auto handler = calls_.find(method);
    if (handler == calls_.end()) return;
    const auto deadline = self_->loop->now() + left;
    net::spawn(self_->loop->executor(), "call",
               [stream, life, peer, id, deadline, request,
                answer_call = handler->second]() -> boost::asio::awaitable<void> {
                   auto answer = co_await answer_call(request, deadline);
                   stream->send(1, [life, peer, id, answer = std::move(answer)](Site& caller) {
                       caller.transport->answered(peer, life, id, answer);
                   });
               });
}

void SimTransport::answered(const net::Endpoint& peer, std::uint64_t life, std::uint64_t id,
                            base::result<std::string> answer) {
    Link& link = link_to(peer);
    if (link.life == life) link.pending.complete(id, std::move(answer));
}

boost::asio::awaitable<base::result<net::Response>> fetch(Network& network, std::shared_ptr<Site> from,
                                                          HostId to, net::Request request,
                                                          base::Duration request_time,
                                                          base::TimePoint deadline) {
    using Answer = base::result<net::Response>;
    net::Promise<Answer> answer;
    const auto stream = network.connect(from, to, [answer] { answer.set(Errc::connection_lost); });
    auto ask = [weak = std::weak_ptr(stream), answer, request_time,
                request = std::move(request)](Site& server) {
        const auto connection = weak.lock();
        if (!connection || server.router == nullptr) return;
        auto own = request;
        own.deadline = server.loop->now() + request_time;
        own.target = test::target_of(own);
        if (const auto at_once = test::answered_at_once(server.answer_at_once, own, server.loop->now()))
            return connection->send(1, [answer, response = *at_once](Site&) { answer.set(response); });
        const auto done = [connection, answer](const net::Response& response) {
            connection->send(1, [answer, response](Site&) { answer.set(response); });
        };
        if (test::taken(server.take_posts, own, done)) return;
        const net::Router& router = *server.router;
        net::spawn(
            server.loop->executor(), "http session",
            [done, &router, own]() -> boost::asio::awaitable<void> { done(co_await router.handle(own)); });
    };
    stream->send(0, std::move(ask));
    const auto question = ++from->questions;
    from->unanswered[question] = [answer] { answer.set(Errc::connection_lost); };
    const auto timer = from->loop->at(deadline, [answer] { answer.set(Errc::timed_out); });
    auto result = co_await std::move(answer).wait();
    from->unanswered.erase(question);
    stream->close();
    co_return result;
}

} // namespace bookstore::shopsim
