#include "net/connect.hpp"

#include <vector>

#include "net/socket_deadline.hpp"
#include <bookstore/net/promise.hpp>

namespace bookstore::net {
namespace {

using Addresses = std::vector<tcp::endpoint>;

/// Empty when there are none, or none in time. The lookup itself runs on Asio's resolver thread and cannot be
/// interrupted; what comes of it too late is dropped.
asio::awaitable<Addresses> resolve(asio::io_context& loop, base::Scheduler& scheduler, Endpoint to,
                                   base::TimePoint deadline) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(to.host, not_literal);
    if (!not_literal) co_return Addresses{{literal, to.port}};

    Promise<Addresses> found;
    const auto timer = scheduler.at(deadline, [found] { found.set({}); });
    const auto resolver = std::make_shared<tcp::resolver>(loop);
    const auto collect = [found, resolver](error_code, const tcp::resolver::results_type& results) {
        Addresses addresses;
        for (const auto& entry : results)
            addresses.push_back(entry.endpoint());
        found.set(std::move(addresses));
    };
    resolver->async_resolve(to.host, std::to_string(to.port), tcp::resolver::numeric_service, collect);
    co_return co_await std::move(found).wait();
}

} // namespace

asio::awaitable<base::result<tcp::socket>> connect(asio::io_context& loop, base::Scheduler& scheduler,
                                                   Endpoint to, base::TimePoint deadline) {
    const auto addresses = co_await resolve(loop, scheduler, std::move(to), deadline);
    for (const auto& address : addresses) {
        tcp::socket socket(loop);
        const SocketDeadline limit(scheduler, socket, deadline);
        const auto [ec] = co_await socket.async_connect(address, as_result);
        if (limit.passed()) break;
        if (ec) continue;
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        co_return std::move(socket);
    }
    co_return base::Errc::unreachable;
}

} // namespace bookstore::net
