#pragma once
/// \file
/// The accepting end of a peer stream: runs the handlers, sends the answers back.
#include <memory>

#include "net/peer_stream.hpp"

namespace bookstore::net {

/// Loop thread only. Kept alive by the transport and by the calls being handled.
class PeerServer : public std::enable_shared_from_this<PeerServer> {
public:
    PeerServer(std::shared_ptr<PeerContext> context, std::shared_ptr<PeerStream> stream);

    /// `on_end` is told once, when the stream has ended.
    void start(PeerStream::OnEnd on_end);
    void close() { stream_->close(); }
    /// What the other end is configured with, where that is not what this process is; empty: they agree.
    const std::string& disagreement() const { return disagreement_; }

private:
    bool on_frame(const Frame& frame);
    bool agrees(std::string_view theirs);
    void on_notice(const Frame& frame);
    void on_call(const Frame& frame);
    static asio::awaitable<void> handle(std::shared_ptr<PeerServer> self,
                                        const Transport::CallHandler& handler, std::uint64_t id,
                                        std::string request, base::TimePoint deadline);
    void answer(std::uint64_t id, const base::result<std::string>& result);

    std::shared_ptr<PeerContext> context_;
    std::shared_ptr<PeerStream> stream_;
    std::size_t calls_in_flight_ = 0;
    bool agreed_; ///< the other end's agreement is ours
    std::string disagreement_;
};

} // namespace bookstore::net
