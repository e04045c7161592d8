#pragma once
/// \file
/// One established peer stream, in either direction: frames in, frames out.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "net/asio.hpp"
#include "net/frame.hpp"
#include "net/peer_context.hpp"

namespace bookstore::net {

/// Loop thread only. Its reading coroutine keeps it alive until the connection ends.
class PeerStream : public std::enable_shared_from_this<PeerStream> {
public:
    /// False: the frame has no business on this stream, which ends.
    using OnFrame = std::function<bool(const Frame&)>;
    using OnEnd = std::function<void()>;

    /// `queued`: bytes of whole frames that are sent first. `read_ahead`: bytes that came already.
    PeerStream(std::shared_ptr<PeerContext> context, tcp::socket socket, std::string peer,
               std::string read_ahead, std::string queued);
    ~PeerStream();
    PeerStream(const PeerStream&) = delete;
    PeerStream& operator=(const PeerStream&) = delete;

    /// Begins to read and write. `on_end` is told once, when the connection has ended, and never from inside
    /// a call to this object. Both are dropped after that; what they own must not own this stream.
    void start(OnFrame on_frame, OnEnd on_end);

    /// Sends a frame, behind those that the socket did not take yet. Its end's offset in the stream, or
    /// nothing when limits::peer_queue_bytes_max are waiting.
    std::optional<std::uint64_t> send(const Frame& frame);
    /// Bytes that may have left: a frame that ends behind this has certainly not been sent.
    std::uint64_t begun_bytes() const { return begun_; }

    /// Ends the connection; `on_end` follows.
    void close();

    const std::string& peer() const { return peer_; }

private:
    static asio::awaitable<void> read(std::shared_ptr<PeerStream> self);
    bool take_frames();
    void refuse(error_code why);
    void flush();
    void on_written(error_code ec, std::size_t bytes);

    std::shared_ptr<PeerContext> context_;
    tcp::socket socket_;
    std::string peer_;
    FrameReader reader_;
    OnFrame on_frame_;
    OnEnd on_end_;
    std::string waiting_;  ///< frames for the next write
    std::string leaving_;  ///< frames of the write under way
    std::size_t left_ = 0; ///< bytes of `leaving_` that the kernel has
    std::uint64_t queued_ = 0;
    std::uint64_t begun_ = 0;
    bool writing_ = false; ///< the socket has taken a part, and tells when it takes more
    bool closed_ = false;
};

} // namespace bookstore::net
