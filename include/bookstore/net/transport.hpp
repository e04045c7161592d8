#pragma once
/// \file
/// How processes of a cluster talk to each other: numbered methods over one stream per pair of processes.
/// net::PeerTransport carries it over HTTP-upgraded, framed and checksummed TCP streams; the simulator
/// carries it over a virtual network. Everything above `net` knows only this interface.
#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <bookstore/base/error.hpp>
#include <bookstore/base/time.hpp>
#include <bookstore/net/endpoint.hpp>

namespace bookstore::net {

/// A method of the internal protocol. Numbers are given out in one table per user of the transport and never
/// reused.
enum class Method : std::uint16_t {};

class Transport {
public:
    /// Answers one call. The deadline is what the caller had left when it sent it: work that cannot end
    /// before it need not be begun. An error is sent back as its code.
    using CallHandler = std::function<boost::asio::awaitable<base::result<std::string>>(
        std::string request, base::TimePoint deadline)>;
    using NoticeHandler = std::function<void(std::string notice)>;
    using StateHandler = std::function<void(const Endpoint& peer, bool connected)>;

    virtual ~Transport() = default;

    /// Registration: at start, before the first message; one handler a method. Loop thread, as is all below.
    virtual void on_call(Method method, CallHandler handler) = 0;
    virtual void on_notice(Method method, NoticeHandler handler) = 0;
    /// Told when a stream that this process opened is established, and when it breaks. Any number of
    /// handlers.
    virtual void on_state(StateHandler handler) = 0;

    /// Sends one way, best effort: lost when the stream is down and over limits::peer_queue_bytes_max. Opens
    /// the stream if there is none; notices on one stream arrive in order.
    virtual void notify(const Endpoint& to, Method method, std::string notice) = 0;

    /// Sends and waits for the answer, until `deadline` at the longest.
    /// Errc::unreachable: nothing was sent. timed_out, connection_lost: it may have been executed.
    /// Any other: what the handler gave. Both sides refuse a message over limits::frame_bytes_max
    /// (too_large).
    virtual boost::asio::awaitable<base::result<std::string>>
    call(Endpoint to, Method method, std::string request, base::TimePoint deadline) = 0;
};

} // namespace bookstore::net
