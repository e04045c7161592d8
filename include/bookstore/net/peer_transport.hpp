#pragma once
/// \file
/// net::Transport over framed TCP streams, opened by an HTTP/1.1 upgrade on the port everything else uses.
///
/// Frame: u32 length of what follows, u32 checksum of it, u8 kind, then by kind
///   notice: varint method, payload          call: varint method, varint id, varint milliseconds left,
///   payload answer: varint id, varint error (0 = ok), payload
/// The first frame of a stream is a notice of method 0 with the sender's agreement, if it has one.
/// A frame that is too long, fails its checksum or makes no sense ends the stream. Everything written while a
/// write is under way leaves in the next one.
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include <bookstore/base/metrics.hpp>
#include <bookstore/base/scheduler.hpp>
#include <bookstore/net/http_server.hpp>
#include <bookstore/net/transport.hpp>

namespace bookstore::net {

inline constexpr std::string_view peer_protocol = "bookstored-peer/1";

struct PeerLimits {
    base::Duration connect_time = base::milliseconds(500);
    base::Duration reconnect_min = base::milliseconds(20); ///< doubles to the maximum while refused
    base::Duration reconnect_max = base::milliseconds(500);
    base::Duration dead_time =
        base::seconds(3); ///< a stream whose other end acknowledges nothing for so long ends
    std::size_t calls_in_flight_max = 4'096; ///< per stream that others opened; beyond: overloaded
    std::size_t streams_max = 256;           ///< that others opened; one more is closed at once
};

/// Loop thread only. Streams to others are opened on first use and kept; each carries this process's calls
/// and notices and the answers to them.
class PeerTransport final : public Transport {
public:
    /// `credential` is shown to, and asked of, every peer (empty: none). `agreement`: what all processes must
    /// have alike, in words; who comes with another one is not listened to: its notices are dropped, its
    /// calls refused with not_ready, and the log names both (empty: none is asked for). All references
    /// outlive the transport.
    PeerTransport(boost::asio::io_context& loop, base::Scheduler& scheduler, base::Metrics& metrics,
                  std::string credential, PeerLimits limits = {}, std::string agreement = {});
    ~PeerTransport() override;

    /// Lets `server` hand streams that others open to this transport. With `another_loop` it is not this
    /// one's loop that the server runs on: the stream is taken over to it.
    enum class At { this_loop, another_loop };
    void attach(HttpServer& server, At where = At::this_loop);

    void on_call(Method method, CallHandler handler) override;
    void on_notice(Method method, NoticeHandler handler) override;
    void on_state(StateHandler handler) override;
    void notify(const Endpoint& to, Method method, std::string notice) override;
    boost::asio::awaitable<base::result<std::string>> call(Endpoint to, Method method, std::string request,
                                                           base::TimePoint deadline) override;

    /// That another process is configured differently, which has a stream open to this one, with what both
    /// are; empty: there is none.
    std::string disagreement() const;

    /// Closes every stream; calls in flight end with connection_lost (unreachable: not sent yet), later ones
    /// with stopping. The handlers that run go on; their answers are dropped.
    void close();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace bookstore::net
