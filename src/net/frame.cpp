#include "net/frame.hpp"

#include <bookstore/base/bytes.hpp>
#include <bookstore/base/hash.hpp>
#include <bookstore/base/limits.hpp>

namespace bookstore::net {
namespace {

using base::Errc;

constexpr std::size_t fields_bytes_max = 1 + 3 + 2 * 10; ///< kind, method, and two varints
constexpr std::size_t buffer_bytes = 64u << 10;

base::result<Frame> decode(std::string_view content) {
    base::ByteReader in(content);
    Frame frame;
    frame.kind = static_cast<FrameKind>(in.u8());
    std::uint64_t method = 0;
    switch (frame.kind) {
    case FrameKind::notice:
        method = in.varint();
        break;
    case FrameKind::call:
        method = in.varint();
        frame.id = in.varint();
        frame.left_ms = in.varint();
        break;
    case FrameKind::answer:
        frame.id = in.varint();
        frame.error = in.varint();
        break;
    default:
        return Errc::protocol_error;
    }
    frame.method = static_cast<Method>(method);
    frame.payload = in.raw(in.remaining());
    if (in.failed() || method > UINT16_MAX) return Errc::protocol_error;
    return frame;
}

} // namespace

bool fits_frame(std::size_t payload_bytes) {
    return payload_bytes <= base::limits::frame_bytes_max - fields_bytes_max;
}

void append_frame(std::string& out, const Frame& frame) {
    base::ByteWriter fields;
    fields.u8(static_cast<std::uint8_t>(frame.kind));
    if (frame.kind != FrameKind::answer) fields.varint(static_cast<std::uint64_t>(frame.method));
    if (frame.kind != FrameKind::notice) fields.varint(frame.id);
    if (frame.kind == FrameKind::call) fields.varint(frame.left_ms);
    if (frame.kind == FrameKind::answer) fields.varint(frame.error);
    const std::size_t begin = out.size();
    out.append(frame_head_bytes, '\0').append(fields.view()).append(frame.payload);
    const auto content = std::string_view(out).substr(begin + frame_head_bytes);
    base::ByteWriter head;
    head.u32(static_cast<std::uint32_t>(content.size()));
    head.u32(base::checksum32(content));
    out.replace(begin, frame_head_bytes, head.view());
}

FrameReader::FrameReader(std::string read_ahead) : buffer_(std::move(read_ahead)), filled_(buffer_.size()) {}

FrameReader::Space FrameReader::space() {
    if (used_ > 0) buffer_.replace(0, filled_ - used_, buffer_, used_, filled_ - used_);
    filled_ -= std::exchange(used_, 0);
    const std::size_t needed = std::max(buffer_bytes, wanted_);
    if (filled_ == 0 && buffer_.size() > needed) {
        buffer_ = std::string(needed, '\0'); // what one large frame took is given back
    } else if (buffer_.size() < needed) {
        buffer_.resize(needed);
    }
    return {buffer_.data() + filled_, buffer_.size() - filled_};
}

base::result<std::optional<Frame>> FrameReader::next() {
    const std::string_view unread(buffer_.data() + used_, filled_ - used_);
    wanted_ = 0;
    if (unread.size() < frame_head_bytes) return std::optional<Frame>();
    base::ByteReader head(unread);
    const std::size_t length = head.u32();
    const std::uint32_t checksum = head.u32();
    if (length > base::limits::frame_bytes_max) return Errc::too_large;
    wanted_ = frame_head_bytes + length;
    if (unread.size() < wanted_) return std::optional<Frame>();
    const auto content = unread.substr(frame_head_bytes, length);
    if (base::checksum32(content) != checksum) return Errc::corrupt;
    used_ += std::exchange(wanted_, 0);
    const auto frame = decode(content);
    if (!frame) return frame.error();
    return std::optional(*frame);
}

} // namespace bookstore::net
