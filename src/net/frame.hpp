#pragma once
/// \file
/// Frames of a peer stream: made, and taken apart again. The format is in bookstore/net/peer_transport.hpp.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <bookstore/base/error.hpp>
#include <bookstore/net/transport.hpp>

namespace bookstore::net {

enum class FrameKind : std::uint8_t { notice = 1, call = 2, answer = 3 };

struct Frame {
    FrameKind kind = FrameKind::notice;
    Method method{};           ///< of a notice or call
    std::uint64_t id = 0;      ///< of a call, or of the call that is answered
    std::uint64_t left_ms = 0; ///< of a call: until its deadline
    std::uint64_t error = 0;   ///< of an answer: base::Errc, or 0
    std::string_view payload{};
};

/// Ahead of what the length counts: the length itself and the checksum.
inline constexpr std::size_t frame_head_bytes = 8;

/// Whether a payload of that size fits a frame of limits::frame_bytes_max with whatever head.
bool fits_frame(std::size_t payload_bytes);

void append_frame(std::string& out, const Frame& frame);

/// Frames out of a stream's bytes. Takes memory for a frame only after its length was found to be allowed.
class FrameReader {
public:
    /// `read_ahead`: bytes that came before the reader was made.
    explicit FrameReader(std::string read_ahead = {});

    struct Space {
        char* data;
        std::size_t size;
    };
    /// Where the next bytes go; ends the life of every payload given out. To be asked for after next() has
    /// found no more: then it is never empty.
    Space space();
    void commit(std::size_t bytes) { filled_ += bytes; }

    /// The next whole frame, or none before more bytes come. Its payload lives until space() is called.
    /// Errc::too_large, corrupt (checksum) or protocol_error: the stream is beyond repair.
    base::result<std::optional<Frame>> next();

private:
    std::string buffer_;
    std::size_t used_ = 0;
    std::size_t filled_ = 0;
    std::size_t wanted_ = 0; ///< bytes of the frame at used_, when its head is known
};

} // namespace bookstore::net
