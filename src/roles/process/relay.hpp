#pragma once
/// \file
/// The requests that a further loop cannot answer at once: handed to the main loop, whole, and the answers
/// back.
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <bookstore/net/router.hpp>

namespace bookstore::roles {

/// A request keeps its deadline on the way: both loops read the same clock. As many are under way as the loop
/// has connections, for each has one request at a time. Thread: the further loop's, but for what is said to
/// be the main one's. Everything it is given outlives it.
class Relay final : public net::RequestHandler {
public:
    /// `answered` is called at the main loop with the target of each request that it has answered, before the
    /// answer goes back.
    Relay(boost::asio::io_context& main, boost::asio::io_context& own, const net::Router& router,
          std::function<void(std::string_view target)> answered);

    boost::asio::awaitable<net::Response> handle(net::Request request) const override;
    bool serves_in_reserve(const net::Request& request) const override;

    /// Ends who waits, without resuming it: for when neither loop runs any more.
    void abandon();

private:
    using Waiter = boost::asio::any_completion_handler<void(net::Response)>;

    void hand_over(std::uint64_t id, net::Request request) const;
    boost::asio::awaitable<void> answer(std::uint64_t id, net::Request request) const; ///< the main loop's
    void complete(std::uint64_t id, net::Response response) const;

    boost::asio::io_context& main_;
    boost::asio::io_context& own_;
    const net::Router& router_;
    std::function<void(std::string_view target)> answered_;
    // Here and not with the request: no coroutine of this loop may end up in the other one's hands.
    mutable std::unordered_map<std::uint64_t, Waiter> waiting_;
    mutable std::uint64_t last_id_ = 0;
};

} // namespace bookstore::roles
