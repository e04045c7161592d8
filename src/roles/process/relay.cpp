#include "roles/process/relay.hpp"

#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <bookstore/net/loop.hpp>

namespace bookstore::roles {

namespace asio = boost::asio;

Relay::Relay(asio::io_context& main, asio::io_context& own, const net::Router& router,
             std::function<void(std::string_view target)> answered)
    : main_(main), own_(own), router_(router), answered_(std::move(answered)) {}

asio::awaitable<net::Response> Relay::handle(net::Request request) const {
    const auto begin = [this, &request](auto handler) {
        const auto id = ++last_id_;
        waiting_.emplace(id, std::move(handler));
        hand_over(id, std::move(request));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(net::Response)>(
        begin, asio::use_awaitable);
}

bool Relay::serves_in_reserve(const net::Request& request) const {
    return router_.serves_in_reserve(request);
}

void Relay::hand_over(std::uint64_t id, net::Request request) const {
    asio::post(main_, [this, id, request = std::move(request)]() mutable {
        auto task = [this, id, request = std::move(request)]() mutable {
            return answer(id, std::move(request));
        };
        net::spawn(main_.get_executor(), "relayed request", std::move(task));
    });
}

asio::awaitable<void> Relay::answer(std::uint64_t id, net::Request request) const {
    const std::string target = request.target;
    net::Response response = co_await router_.handle(std::move(request));
    answered_(target);
    asio::post(own_,
               [this, id, response = std::move(response)]() mutable { complete(id, std::move(response)); });
}

void Relay::complete(std::uint64_t id, net::Response response) const {
    const auto found = waiting_.find(id);
    Waiter waiter(std::move(found->second));
    waiting_.erase(found);
    std::move(waiter)(std::move(response));
}

void Relay::abandon() {
    const auto ended = std::exchange(waiting_, {});
}

} // namespace bookstore::roles
