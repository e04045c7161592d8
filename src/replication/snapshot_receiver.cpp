#include "replication/snapshot_receiver.hpp"

#include <exception>
#include <utility>

#include <bookstore/base/log.hpp>
#include <bookstore/net/promise.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration idle_max = base::seconds(30);

using Stage = SnapshotProgress::Stage;

} // namespace

SnapshotReceiver::SnapshotReceiver(storage::SnapshotStore& store, base::Worker& worker, SnapshotRoom room,
                                   base::Scheduler& scheduler, Objection objection,
                                   std::shared_ptr<SnapshotInstall> install)
    : store_(store),
      worker_(worker),
      room_(std::move(room)),
      scheduler_(scheduler),
      objection_(std::move(objection)),
      install_(std::move(install)) {}

boost::asio::awaitable<SnapshotReceiver::Answer>
SnapshotReceiver::receive(std::shared_ptr<SnapshotReceiver> self, SnapshotHeader header, std::uint64_t offset,
                          std::string data) {
    if (self->closed_) co_return base::Errc::stopping;
    if (self->installing()) co_return self->install_->progress();
    if (const auto objection = self->objection_(header)) co_return *objection;
    if (self->writing_) co_return base::Errc::overloaded;

    const bool known = self->current_ && label_of(*self->current_) == label_of(header);
    if (!known || (!data.empty() && offset == self->done_)) {
        auto job = known ? self->appending(std::move(data)) : self->resuming(header);
        const auto done = co_await self->write(std::move(job));
        if (self->closed_) co_return base::Errc::stopping;
        if (done.has_error()) co_return done.error();
        self->done_ = *done;
    }
    self->current_ = header;
    self->idle_ = self->scheduler_.after(idle_max, [s = self.get()] { s->current_.reset(); });
    if (self->done_ < header.bytes) co_return SnapshotProgress{Stage::receiving, self->done_};
    if (const auto objection = self->objection_(header)) co_return *objection; // much may have happened
    self->current_.reset();
    self->idle_.reset();
    self->install_->begin(header);
    co_return self->install_->progress();
}

/// Gives how much there is then. A failure is nothing final: no acknowledged write rests on this file.
boost::asio::awaitable<base::result<std::uint64_t>>
SnapshotReceiver::write(std::function<std::uint64_t()> job) {
    writing_ = true;
    net::Promise<base::result<std::uint64_t>> promise;
    const auto done = std::make_shared<std::uint64_t>(0);
    worker_.submit([job = std::move(job), done] { *done = job(); },
                   [self = shared_from_this(), promise, done](const std::exception_ptr& failure) {
                       self->writing_ = false;
                       if (!failure) {
                           self->trouble_.clear();
                           return promise.set(*done);
                       }
                       self->current_.reset(); // how much is there has to be looked at again
                       const auto cause = describe(failure);
                       if (std::exchange(self->trouble_, cause) != cause)
                           base::log::error("a snapshot cannot be received", {{"cause", cause}});
                       promise.set(base::Errc::not_ready);
                   });
    co_return co_await std::move(promise).wait();
}

std::function<std::uint64_t()> SnapshotReceiver::resuming(const SnapshotHeader& header) const {
    return [&store = store_, room = room_, label = label_of(header), bytes = header.bytes] {
        auto done = store.resume(label);
        if (done > bytes) {
            store.drop_received();
            done = store.resume(label);
        }
        room.require(bytes - done + SnapshotInstall::room_for(bytes));
        return done;
    };
}

std::function<std::uint64_t()> SnapshotReceiver::appending(std::string data) const {
    return [&store = store_, room = room_, data = std::move(data), before = done_] {
        room.require(data.size());
        store.append(data);
        return before + data.size();
    };
}

std::string SnapshotReceiver::account() const {
    if (installing()) return install_->account();
    if (!trouble_.empty()) return trouble_;
    if (!current_) return {};
    return "receives a snapshot of version " + std::to_string(number(current_->last_index)) + ": " +
           std::to_string(done_ >> 20) + " of " + std::to_string(current_->bytes >> 20) + " MiB";
}

void SnapshotReceiver::close() {
    closed_ = true;
    install_->close();
}

void SnapshotReceiver::forget() {
    if (installing() || closed_) return;
    current_.reset();
    idle_.reset();
    trouble_.clear();
    worker_.submit([&store = store_] { store.drop_received(); }, {});
}

} // namespace bookstore::replication
