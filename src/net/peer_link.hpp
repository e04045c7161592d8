#pragma once
/// \file
/// This process's way to one peer: a stream when there is one, and the calls that wait for its answers.
#include <memory>
#include <string>

#include "net/peer_handshake.hpp"
#include "net/peer_stream.hpp"
#include "net/pending_calls.hpp"

namespace bookstore::net {

/// Loop thread only. Connects when first used, and again whenever the stream breaks, until nothing has been
/// sent for a while. While a connection is being made messages queue; while one has failed and the next
/// attempt is not yet due they fail at once.
class PeerLink : public std::enable_shared_from_this<PeerLink> {
public:
    PeerLink(std::shared_ptr<PeerContext> context, Endpoint peer);

    void notify(Method method, std::string_view notice);
    void call(Method method, std::string_view request, base::TimePoint deadline, PendingCalls::Answer answer);

    /// Ends the stream and every call, for good.
    void close();

private:
    enum class State { unused, connecting, up, waiting, closed };

    std::optional<std::uint64_t> send(const Frame& frame);
    void connect();
    static asio::awaitable<void> open(std::shared_ptr<PeerLink> self);
    void opened(OpenedPeer peer);
    void failed(error_code why);
    void broken();
    void retry_later();
    bool on_frame(const Frame& frame);
    void tell(bool connected);

    std::shared_ptr<PeerContext> context_;
    Endpoint peer_;
    State state_ = State::unused;
    std::shared_ptr<PeerStream> stream_;
    std::string queued_; ///< frames sent before the stream is up
    PendingCalls pending_;
    std::uint64_t next_id_ = 1;
    base::Duration delay_;
    base::TimePoint last_used_;
    std::unique_ptr<base::Timer> retry_;
    bool failure_logged_ = false;
};

} // namespace bookstore::net
