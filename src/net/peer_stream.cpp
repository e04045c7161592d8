#include "net/peer_stream.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <bookstore/base/limits.hpp>
#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/turn.hpp>

namespace bookstore::net {
namespace {

constexpr std::size_t kept_capacity_bytes = 1u << 20;

void set(int descriptor, int level, int name, int value) {
    // A kernel that lacks one of these finds dead peers later; nothing else depends on them.
    (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

/// A host that died or was cut off says nothing. Without these its streams would linger for many minutes, and
/// what is sent after a partition has healed would wait for TCP's long retransmission pauses.
void detect_death(tcp::socket& socket, base::Duration limit) {
    const auto ms = static_cast<int>(std::chrono::duration_cast<base::milliseconds>(limit).count());
    const int descriptor = socket.native_handle();
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, std::max(1, ms / 1000));
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 1);
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, ms);
}

/// Empty, without holding on to what a burst took.
void reset(std::string& queue) {
    queue.clear();
    if (queue.capacity() > kept_capacity_bytes) queue.shrink_to_fit();
}

} // namespace

PeerStream::PeerStream(std::shared_ptr<PeerContext> context, tcp::socket socket, std::string peer,
                       std::string read_ahead, std::string queued)
    : context_(std::move(context)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      reader_(std::move(read_ahead)),
      waiting_(std::move(queued)),
      queued_(waiting_.size()) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    detect_death(socket_, context_->limits.dead_time);
}

PeerStream::~PeerStream() = default;

void PeerStream::start(OnFrame on_frame, OnEnd on_end) {
    on_frame_ = std::move(on_frame);
    on_end_ = std::move(on_end);
    context_->metrics.streams.Increment();
    if (!waiting_.empty()) flush();
    auto task = [self = shared_from_this()] { return read(self); };
    spawn(socket_.get_executor(), "peer stream", task);
}

asio::awaitable<void> PeerStream::read(std::shared_ptr<PeerStream> self) {
    const asio::any_io_executor executor = self->socket_.get_executor();
    co_await asio::post(executor, asio::use_awaitable); // never on_end inside start()
    bool sound = self->take_frames();
    while (sound && !self->closed_) {
        const auto space = self->reader_.space();
        const auto [ec, bytes] =
            co_await self->socket_.async_read_some(asio::buffer(space.data, space.size), as_result);
        if (ec) break;
        self->reader_.commit(bytes);
        Turn::run(executor, [&] { sound = self->take_frames(); });
    }
    self->close();
    self->context_->metrics.streams.Decrement();
    self->on_frame_ = nullptr;
    if (const auto on_end = std::exchange(self->on_end_, nullptr)) on_end();
}

/// Handles every whole frame that has come. False when the stream must end.
bool PeerStream::take_frames() {
    while (!closed_) {
        const auto frame = reader_.next();
        if (!frame) return refuse(frame.error()), false;
        if (!*frame) return true;
        if (!on_frame_(**frame)) return refuse(base::Errc::protocol_error), false;
    }
    return false;
}

void PeerStream::refuse(error_code why) {
    context_->metrics.streams_broken.Increment();
    if (const auto held_back = context_->noise.pass(context_->scheduler.now()))
        base::log::warning("peer sent what is not our protocol, closing",
                           {{"peer", peer_}, {"reason", why.message()}, {"others", *held_back}});
}

std::optional<std::uint64_t> PeerStream::send(const Frame& frame) {
    const std::size_t unsent = waiting_.size() + leaving_.size() - left_;
    if (closed_ || unsent + frame.payload.size() > base::limits::peer_queue_bytes_max) return std::nullopt;
    const std::size_t before = waiting_.size();
    append_frame(waiting_, frame);
    queued_ += waiting_.size() - before;
    if (!writing_) flush();
    return queued_;
}

/// At once, for somebody waits at the other end: the rest of this turn of the loop is not worth a share in
/// the write. What comes while the socket takes no more gathers.
void PeerStream::flush() {
    if (closed_) return;
    leaving_.swap(waiting_);
    left_ = 0;
    begun_ += leaving_.size();
    error_code ec;
    const std::size_t bytes = socket_.write_some(asio::buffer(leaving_), ec);
    on_written(ec == asio::error::would_block ? error_code() : ec, bytes);
}

void PeerStream::on_written(error_code ec, std::size_t bytes) {
    left_ += bytes;
    if (ec) return close(); // the reader sees it and tells
    writing_ = left_ < leaving_.size();
    if (writing_) {
        const auto rest = asio::buffer(leaving_) + left_;
        socket_.async_write_some(rest, [self = shared_from_this()](error_code failed, std::size_t more) {
            self->on_written(failed, more);
        });
        return;
    }
    reset(leaving_);
    left_ = 0;
    if (!waiting_.empty()) flush();
}

void PeerStream::close() {
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
}

} // namespace bookstore::net
