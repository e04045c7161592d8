#include "roles/process/side_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <bookstore/net/loop.hpp>

namespace bookstore::roles {

namespace asio = boost::asio;

SideLoop::SideLoop(asio::io_context& main, const net::Router& router, Node& node,
                   net::PeerTransport& transport, const net::HttpLimits& limits, base::Metrics& metrics)
    : main_(main),
      scheduler_(net::make_loop_scheduler(loop_)),
      branch_(node.branch(loop_.get_executor())),
      relay_(main, loop_, router, branch_.answered),
      server_(loop_, *scheduler_, relay_, limits, metrics) {
    server_.answer_at_once(branch_.answer_at_once);
    transport.attach(server_, net::PeerTransport::At::another_loop);
}

SideLoop::~SideLoop() {
    stop();
    relay_.abandon();
}

void SideLoop::start() {
    thread_ = std::thread([this] {
        const auto stays = asio::make_work_guard(loop_);
        loop_.run();
    });
}

void SideLoop::drain(base::TimePoint deadline) {
    const auto ending = [this, deadline]() -> asio::awaitable<void> {
        server_.drain();
        co_await server_.drained(deadline);
        asio::post(main_, [this] { drained_.set(true); });
    };
    asio::post(loop_, [this, ending] { net::spawn(loop_.get_executor(), "drain", ending); });
}

asio::awaitable<void> SideLoop::drained() {
    auto drained = drained_;
    co_await std::move(drained).wait();
}

void SideLoop::stop() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
}

} // namespace bookstore::roles
