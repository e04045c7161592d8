#include "replication/snapshot_sender.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <bookstore/base/hash.hpp>
#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration piece_patience = base::seconds(5);
constexpr base::Duration install_patience = base::seconds(60);
constexpr base::Duration ask_interval = base::milliseconds(50); ///< while the receiver installs

} // namespace

SnapshotSender::SnapshotSender(storage::StateStore& store, base::Worker& worker, Peers& peers,
                               net::Transport& transport, base::Scheduler& scheduler,
                               boost::asio::any_io_executor executor, Hooks hooks)
    : store_(store),
      worker_(worker),
      peers_(peers),
      transport_(transport),
      scheduler_(scheduler),
      executor_(std::move(executor)),
      hooks_(std::move(hooks)) {}

void SnapshotSender::send(consensus::NodeId to, consensus::LogIndex first_index) {
    if (closed_ || transfers_.contains(to)) return;
    if (blob_ && blob_->position.index + 1 < number(first_index)) {
        // Too old for this peer, and still in use for others. The core asks again.
        hooks_.sent({to, {}, false});
        return;
    }
    transfers_.emplace(to, false);
    if (blob_)
        start(to);
    else if (!making_)
        make_blob();
}

std::optional<std::uint64_t> SnapshotSender::needed_above() const {
    if (!blob_) return std::nullopt;
    return blob_->position.index;
}

void SnapshotSender::make_blob() {
    making_ = true;
    auto blob = std::make_shared<Blob>();
    blob->position = hooks_.submitted();
    worker_.submit(
        [&store = store_, blob] {
            blob->bytes = store.snapshot();
            blob->hash = base::hash64(blob->bytes);
        },
        [weak = weak_from_this(), blob](std::exception_ptr failure) {
            const auto self = weak.lock();
            if (self && !self->closed_) self->blob_made(blob, std::move(failure));
        });
}

void SnapshotSender::blob_made(std::shared_ptr<Blob> blob, std::exception_ptr failure) {
    making_ = false;
    if (failure) return hooks_.failed(describe(failure));
    blob_ = std::move(blob);
    for (const auto& [to, running] : transfers_) {
        if (!running) start(to);
    }
}

void SnapshotSender::start(consensus::NodeId to) {
    transfers_[to] = true;
    auto task = [self = shared_from_this(), to, blob = blob_] { return transfer(self, to, blob); };
    net::spawn(executor_, "snapshot transfer", std::move(task));
}

boost::asio::awaitable<void> SnapshotSender::transfer(std::shared_ptr<SnapshotSender> self,
                                                      consensus::NodeId to,
                                                      std::shared_ptr<const Blob> blob) {
    const bool success = co_await self->send_chunks(to, blob);
    if (self->closed_) co_return;
    base::log::info(success ? "sent a snapshot" : "could not send a snapshot",
                    {{"to", number(to)}, {"version", blob->position.index}, {"bytes", blob->bytes.size()}});
    self->finished(to, consensus::LogIndex{blob->position.index}, success);
}

boost::asio::awaitable<bool> SnapshotSender::send_chunks(consensus::NodeId to,
                                                         std::shared_ptr<const Blob> blob) {
    std::uint64_t offset = 0;
    std::optional<base::TimePoint> patience_ends;
    while (!closed_) {
        const auto progress = co_await send_piece(to, blob, offset);
        if (closed_ || !progress) co_return false;
        if (*progress == SnapshotProgress::installed) co_return true;
        if (*progress == SnapshotProgress::more) {
            if (offset == blob->bytes.size()) co_return false;
            offset = std::min<std::uint64_t>(offset + snapshot_chunk_bytes, blob->bytes.size());
            continue;
        }
        offset = blob->bytes.size();
        const auto now = scheduler_.now();
        if (!patience_ends) patience_ends = now + install_patience;
        if (now >= *patience_ends) co_return false;
        co_await net::sleep_until(scheduler_, now + ask_interval);
    }
    co_return false;
}

/// The piece at `offset`; at the end an empty one, which asks how the installation goes.
boost::asio::awaitable<base::result<SnapshotProgress>>
SnapshotSender::send_piece(consensus::NodeId to, std::shared_ptr<const Blob> blob, std::uint64_t offset) {
    auto header = hooks_.header(blob->position.index);
    const auto* endpoint = peers_.endpoint_of(to);
    if (!header || endpoint == nullptr) co_return base::Errc::not_leader;
    header->to = to;
    header->last_index = consensus::LogIndex{blob->position.index};
    header->last_term = consensus::Term{blob->position.term};
    header->bytes = blob->bytes.size();
    header->hash = blob->hash;
    // Named: GCC 12 destroys an aggregate twice that is a temporary of a co_await expression.
    const SnapshotChunk chunk{*header, offset,
                              std::string_view(blob->bytes).substr(offset, snapshot_chunk_bytes)};
    auto request = encode(chunk);
    const auto answer = co_await transport_.call(*endpoint, peers_.method(GroupMethod::snapshot),
                                                 std::move(request), scheduler_.now() + piece_patience);
    if (answer.has_error()) co_return answer.error();
    co_return decode_snapshot_progress(*answer);
}

void SnapshotSender::finished(consensus::NodeId to, consensus::LogIndex last_index, bool success) {
    transfers_.erase(to);
    const bool in_use =
        std::any_of(transfers_.begin(), transfers_.end(), [](const auto& t) { return t.second; });
    if (!in_use) blob_.reset();
    hooks_.sent({to, last_index, success});
}

} // namespace bookstore::replication
