#include "replication/snapshot_sender.hpp"

#include <algorithm>
#include <utility>

#include <bookstore/base/log.hpp>
#include <bookstore/net/loop.hpp>
#include <bookstore/net/promise.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration piece_patience = base::seconds(5);
constexpr base::Duration patience = base::seconds(60);          ///< with a receiver that does not get on
constexpr base::Duration ask_interval = base::milliseconds(50); ///< while the receiver installs
constexpr base::Duration retry_pause = base::milliseconds(500); ///< after a failure
constexpr base::Duration keep_time = base::seconds(60);         ///< for who comes back
constexpr std::uint64_t step_room_bytes = 16u << 20;            ///< more than one step writes

} // namespace

SnapshotSender::SnapshotSender(storage::SnapshotStore& store, base::Worker& worker, SnapshotRoom room,
                               std::size_t piece_bytes, Peers& peers, net::Transport& transport,
                               base::Scheduler& scheduler, boost::asio::any_io_executor executor, Hooks hooks)
    : store_(store),
      worker_(worker),
      room_(std::move(room)),
      piece_bytes_(piece_bytes),
      peers_(peers),
      transport_(transport),
      scheduler_(scheduler),
      executor_(std::move(executor)),
      hooks_(std::move(hooks)) {}

void SnapshotSender::send(consensus::NodeId to, consensus::LogIndex first_index) {
    if (closed_ || transfers_.contains(to)) return;
    if (made_ && made_->position.index + 1 < number(first_index)) {
        if (any_running()) return failed(to, "the snapshot that others are sent is too old for it");
        drop();
    }
    transfers_[to];
    if (made_)
        start(to);
    else if (!making_)
        make_step();
}

std::optional<std::uint64_t> SnapshotSender::needed_above() const {
    if (!making_ && !made_) return std::nullopt;
    return position_ ? position_->index : 0;
}

void SnapshotSender::make_step() {
    making_ = true;
    const auto made = std::make_shared<storage::SnapshotStore::Made>();
    worker_.submit(
        [&store = store_, room = room_, made] {
            room.require(step_room_bytes);
            *made = store.make();
        },
        [weak = weak_from_this(), made](const std::exception_ptr& failure) {
            const auto self = weak.lock();
            if (self && !self->closed_) self->step_made(*made, failure);
        });
}

void SnapshotSender::step_made(const storage::SnapshotStore::Made& made, const std::exception_ptr& failure) {
    if (failure) {
        if (is_damage(failure)) hooks_.damaged(describe(failure));
        return give_up(describe(failure));
    }
    if (!hooks_.header(made.summary.position.index)) return give_up("it leads no more");
    position_ = made.summary.position;
    if (!made.complete) return make_step();
    making_ = false;
    made_ = made.summary;
    base::log::info("made a snapshot",
                    {{"version", made_->position.index}, {"rows", made_->rows}, {"bytes", made_->bytes}});
    for (const auto& [to, transfer] : transfers_)
        if (!transfer.running && !transfer.pause) start(to);
}

void SnapshotSender::give_up(const std::string& cause) {
    making_ = false;
    drop();
    for (const auto& [to, transfer] : transfers_)
        if (!transfer.pause) failed(to, cause);
}

void SnapshotSender::start(consensus::NodeId to) {
    transfers_[to].running = true;
    keep_.reset();
    auto task = [self = shared_from_this(), to] { return transfer(self, to); };
    net::spawn(executor_, "snapshot transfer", std::move(task));
}

boost::asio::awaitable<void> SnapshotSender::transfer(std::shared_ptr<SnapshotSender> self,
                                                      consensus::NodeId to) {
    std::uint64_t sent_bytes = 0;
    const auto end = co_await self->send_pieces(to, sent_bytes);
    if (self->closed_) co_return;
    self->transfers_[to].running = false;
    if (end.has_error()) co_return self->failed(to, end.error().message());
    if (*end == Stage::installed) co_return self->succeeded(to, sent_bytes);
    if (!self->any_running()) self->drop(); // the next one will be later
    self->failed(to, "it needs a later version");
}

boost::asio::awaitable<base::result<SnapshotSender::Stage>>
SnapshotSender::send_pieces(consensus::NodeId to, std::uint64_t& sent_bytes) {
    const auto whole = made_->bytes;
    SnapshotProgress last;
    std::string piece; // the first is none: how much is there already?
    auto patience_ends = scheduler_.now() + patience;
    while (!closed_) {
        const bool asked_only = piece.empty();
        sent_bytes += piece.size();
        const auto offset = last.stage == Stage::receiving ? std::min(last.done, whole) : whole;
        const auto answer = co_await send_piece(to, offset, std::move(piece));
        if (answer.has_error()) co_return answer.error();
        if (answer->stage == Stage::installed || answer->stage == Stage::outdated) co_return answer->stage;
        const bool moved = *answer != last;
        last = *answer;
        const auto now = scheduler_.now();
        if (moved) patience_ends = now + patience;
        if (now >= patience_ends) co_return base::Errc::timed_out;
        piece.clear();
        const bool wants_more = last.stage == Stage::receiving && last.done < whole;
        if (!wants_more || (!moved && !asked_only)) co_await net::sleep_until(scheduler_, now + ask_interval);
        if (!wants_more || closed_) continue;
        auto read = co_await read_piece(last.done);
        if (read.has_error()) co_return read.error();
        piece = std::move(*read);
    }
    co_return base::Errc::stopping;
}

boost::asio::awaitable<base::result<std::string>> SnapshotSender::read_piece(std::uint64_t offset) {
    net::Promise<base::result<std::string>> promise;
    const auto piece = std::make_shared<std::string>();
    worker_.submit(
        [&store = store_, piece, offset, bytes = piece_bytes_] { *piece = store.read_made(offset, bytes); },
        [promise, piece](const std::exception_ptr& failure) {
            if (failure || piece->empty())
                promise.set(base::Errc::storage_failed);
            else
                promise.set(std::move(*piece));
        });
    co_return co_await std::move(promise).wait();
}

boost::asio::awaitable<SnapshotSender::Progress>
SnapshotSender::send_piece(consensus::NodeId to, std::uint64_t offset, std::string piece) {
    auto header = hooks_.header(made_->position.index);
    const auto* endpoint = peers_.endpoint_of(to);
    if (!header || endpoint == nullptr) co_return base::Errc::not_leader;
    header->to = to;
    header->last_index = consensus::LogIndex{made_->position.index};
    header->last_term = consensus::Term{made_->position.term};
    header->bytes = made_->bytes;
    header->checksum = made_->checksum;
    // Named: GCC 12 destroys an aggregate twice that is a temporary of a co_await expression.
    const SnapshotChunk chunk{*header, offset, piece};
    auto request = encode(chunk);
    const auto answer = co_await transport_.call(*endpoint, peers_.method(GroupMethod::snapshot),
                                                 std::move(request), scheduler_.now() + piece_patience);
    if (answer.has_error()) co_return answer.error();
    co_return decode_snapshot_progress(*answer);
}

void SnapshotSender::succeeded(consensus::NodeId to, std::uint64_t sent_bytes) {
    base::log::info("sent a snapshot", {{"to", number(to)},
                                        {"version", made_->position.index},
                                        {"bytes", made_->bytes},
                                        {"sent_bytes", sent_bytes}});
    const consensus::LogIndex last_index{made_->position.index};
    transfers_.erase(to);
    last_cause_.erase(to);
    drop_or_keep();
    hooks_.sent({to, last_index, true});
}

/// Hooks::sent leads to the next attempt at once, hence the pause.
void SnapshotSender::failed(consensus::NodeId to, const std::string& cause) {
    if (std::exchange(last_cause_[to], cause) != cause)
        base::log::warning("could not send a snapshot", {{"to", number(to)}, {"cause", cause}});
    transfers_[to].pause = scheduler_.after(retry_pause, [this, to] {
        const auto ended = transfers_.extract(to); // with the timer that runs this
        hooks_.sent({to, {}, false});
    });
    drop_or_keep();
}

bool SnapshotSender::any_running() const {
    return std::any_of(transfers_.begin(), transfers_.end(), [](const auto& t) { return t.second.running; });
}

void SnapshotSender::drop_or_keep() {
    if (!made_ || any_running()) return;
    if (transfers_.empty() || !hooks_.header(made_->position.index)) return drop();
    keep_ = scheduler_.after(keep_time, [this] { drop(); });
}

void SnapshotSender::drop() {
    keep_.reset();
    made_.reset();
    position_.reset();
    worker_.submit([&store = store_] { store.drop_made(); },
                   [](const std::exception_ptr& failure) {
                       if (failure)
                           base::log::warning("a snapshot could not be removed",
                                              {{"cause", describe(failure)}});
                   });
}

void SnapshotSender::close() {
    if (std::exchange(closed_, true)) return;
    if (making_ || made_) drop();
    keep_.reset();
    transfers_.clear();
}

} // namespace bookstore::replication
