#include "replication/snapshot_install.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include <bookstore/base/error.hpp>
#include <bookstore/base/log.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr std::uint64_t step_room_bytes = 16u << 20; ///< more than one step of building writes
constexpr std::size_t turn_rows_max = 256;           ///< then the loop gets to do something else

} // namespace

SnapshotInstall::SnapshotInstall(base::StateMachine& machine, Stores stores, SnapshotRoom room,
                                 base::Scheduler& scheduler, Hooks hooks)
    : machine_(machine),
      stores_(stores),
      room_(std::move(room)),
      scheduler_(scheduler),
      hooks_(std::move(hooks)) {}

void SnapshotInstall::run_on(base::Worker& worker, std::function<void()> job,
                             void (SnapshotInstall::*then)(const std::exception_ptr&)) {
    worker.submit(std::move(job), [weak = weak_from_this(), then](const std::exception_ptr& failure) {
        if (const auto self = weak.lock(); self && !self->closed_) (self.get()->*then)(failure);
    });
}

void SnapshotInstall::begin(const SnapshotHeader& header) {
    INVARIANT(!running());
    header_ = header;
    steps_ = 0;
    hooks_.begin(header, [weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && !self->closed_) self->build();
    });
}

void SnapshotInstall::build() {
    built_ = std::make_shared<Made>();
    run_on(
        stores_.snapshot_worker,
        [&store = stores_.snapshots, room = room_, built = built_] {
            room.require(step_room_bytes);
            *built = store.build();
        },
        &SnapshotInstall::built);
}

void SnapshotInstall::built(const std::exception_ptr& failure) {
    ++steps_;
    if (failure) return abandon(describe(failure));
    const auto& position = built_->summary.position;
    if (position.index != number(header_->last_index) || position.term != number(header_->last_term))
        return abandon("it holds another version than its sender said");
    if (!built_->complete) return build();
    run_on(stores_.state_worker, [&store = stores_.state] { store.install(); }, &SnapshotInstall::switched);
}

void SnapshotInstall::switched(const std::exception_ptr& failure) {
    ++steps_;
    if (failure) return fail(describe(failure));
    hooks_.restart_log(*header_, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->closed_) return;
        self->filling_ = true;
        self->loaded_ = 0;
        self->let_go(self->machine_.clear());
        self->read_rows();
    });
}

/// On the worker, and not with the last copy of a handler on the loop: a gigabyte takes more than a second.
void SnapshotInstall::let_go(std::shared_ptr<void> held) {
    const auto only = std::make_shared<std::shared_ptr<void>>(std::move(held));
    stores_.snapshot_worker.submit([only] { only->reset(); }, {});
}

void SnapshotInstall::read_rows() {
    read_ = std::make_shared<std::optional<Rows>>();
    run_on(
        stores_.snapshot_worker, [&store = stores_.snapshots, read = read_] { *read = store.next_rows(); },
        &SnapshotInstall::rows_read);
}

void SnapshotInstall::rows_read(const std::exception_ptr& failure) {
    ++steps_;
    if (failure) return fail(describe(failure));
    if (!*read_) return filled();
    rows_ = std::move(**read_);
    next_row_ = 0;
    load_some();
}

void SnapshotInstall::load_some() {
    const auto until = std::min(next_row_ + turn_rows_max, rows_.size());
    try {
        for (; next_row_ < until; ++next_row_)
            machine_.load(rows_[next_row_].first, rows_[next_row_].second);
    } catch (const std::runtime_error& refusal) {
        return fail(refusal.what());
    }
    if (next_row_ == rows_.size()) {
        loaded_ += rows_.size();
        return read_rows();
    }
    scheduler_.post([weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && !self->closed_) self->load_some();
    });
}

void SnapshotInstall::filled() {
    rows_ = {};
    if (machine_.digest() != built_->summary.digest)
        return fail("the machine does not hold what was installed");
    filling_ = false;
    const auto header = *std::exchange(header_, std::nullopt);
    stores_.snapshot_worker.submit([&store = stores_.snapshots] { store.drop_received(); }, {});
    hooks_.installed(header);
}

void SnapshotInstall::abandon(const std::string& cause) {
    base::log::error("a snapshot could not be installed", {{"cause", cause}});
    header_.reset();
    stores_.snapshot_worker.submit([&store = stores_.snapshots] { store.drop_received(); }, {});
    hooks_.abandon();
}

void SnapshotInstall::fail(const std::string& cause) {
    filling_ = false;
    hooks_.failed("a snapshot was installed, but " + cause);
}

std::string SnapshotInstall::account() const {
    if (!running()) return {};
    const auto version = std::to_string(number(header_->last_index));
    if (!filling_) return "installs a snapshot of version " + version;
    return "takes over a snapshot of version " + version + ": " + std::to_string(loaded_) + " of " +
           std::to_string(built_->summary.rows) + " rows";
}

} // namespace bookstore::replication
