#include <bookstore/net/http_server.hpp>

#include <array>

#include "net/http_listener.hpp"
#include "net/http_session.hpp"
#include "net/http_wire.hpp"
#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>

namespace bookstore::net {
namespace {

/// Says so without waiting for anything. What the client has sent by now is read: what is closed unread is
/// reset, and the reset may overtake the answer.
void turn_away(tcp::socket socket, HttpService& service) {
    service.metrics.rejected(Rejection::connections);
    error_code ignored;
    socket.non_blocking(true, ignored);
    std::array<char, 4'096> unread; // NOLINT(cppcoreguidelines-pro-type-member-init)
    socket.read_some(asio::buffer(unread), ignored);
    std::string head;
    const Response answer = full_answer();
    append_response_head(head, answer, Connection::close, service.date());
    socket.write_some(asio::buffer(head.append(answer.body)), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void begin_session(tcp::socket socket, const std::shared_ptr<HttpService>& service) {
    const auto open = service->connections();
    if (open >= service->limits.connections_max + service->limits.reserve_max)
        return turn_away(std::move(socket), *service);
    const bool over_limit = open >= service->limits.connections_max && !service->make_room();
    const auto executor = socket.get_executor();
    auto session = std::make_shared<HttpSession>(std::move(socket), service, over_limit);
    auto task = [session] { return session->run(); };
    spawn(executor, "http session", task);
}

} // namespace

struct HttpServer::Impl {
    std::shared_ptr<HttpService> service;
    std::shared_ptr<HttpListener> listener;
};

HttpServer::HttpServer(asio::io_context& loop, base::Scheduler& scheduler, const RequestHandler& handler,
                       HttpLimits limits, base::Metrics& metrics)
    : impl_(std::make_shared<Impl>()) {
    impl_->service = std::make_shared<HttpService>(loop, scheduler, handler, limits, metrics);
    const auto accepted = [service = impl_->service](tcp::socket socket) {
        begin_session(std::move(socket), service);
    };
    impl_->listener = std::make_shared<HttpListener>(loop, scheduler, accepted);
}

HttpServer::~HttpServer() {
    impl_->listener->close();
    impl_->service->detach();
}

void HttpServer::on_upgrade(std::string protocol, std::string credential, UpgradeHandler handler) {
    impl_->service->upgrades.push_back({std::move(protocol), std::move(credential), std::move(handler)});
}

void HttpServer::answer_at_once(QuickAnswer answer) {
    impl_->service->answer_at_once = std::move(answer);
}

void HttpServer::take_posts(PostHandler handler) {
    impl_->service->take_post = std::move(handler);
}

Endpoint HttpServer::listen(const Endpoint& where, Port port) {
    return impl_->listener->listen(where, port == Port::shared);
}

Endpoint HttpServer::adopt(int descriptor) {
    return impl_->listener->adopt(descriptor);
}

void HttpServer::drain() {
    impl_->listener->close();
    impl_->service->drain();
}

asio::awaitable<void> HttpServer::drained(base::TimePoint deadline) {
    const auto service = impl_->service;
    if (service->connections() == 0) co_return;
    Promise<bool> ended;
    service->on_empty = [ended] { ended.set(true); };
    const auto timer = service->scheduler.at(deadline, [ended] { ended.set(false); });
    const bool all = co_await std::move(ended).wait();
    if (!all) service->cut();
}

std::size_t HttpServer::connections() const {
    return impl_->service->connections();
}

} // namespace bookstore::net
