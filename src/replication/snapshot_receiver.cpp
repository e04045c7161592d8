#include "replication/snapshot_receiver.hpp"

#include <exception>
#include <stdexcept>
#include <utility>

#include <bookstore/base/hash.hpp>
#include <bookstore/base/log.hpp>

#include "replication/failure.hpp"
#include "replication/row_collector.hpp"

namespace bookstore::replication {
namespace {

constexpr base::Duration idle_max = base::seconds(30);

bool same_transfer(const SnapshotHeader& a, const SnapshotHeader& b) {
    return a.from == b.from && a.term == b.term && a.last_index == b.last_index &&
           a.last_term == b.last_term && a.bytes == b.bytes && a.hash == b.hash;
}

} // namespace

SnapshotReceiver::SnapshotReceiver(base::StateMachine& machine, storage::StateStore& store,
                                   base::Worker& worker, base::Scheduler& scheduler, Hooks hooks)
    : machine_(machine), store_(store), worker_(worker), scheduler_(scheduler), hooks_(std::move(hooks)) {}

net::Promise<SnapshotReceiver::Answer> SnapshotReceiver::receive(const SnapshotChunk& chunk) {
    net::Promise<Answer> promise;
    const auto answer = [&promise](Answer a) {
        promise.set(std::move(a));
        return promise;
    };
    if (installing_) return answer(base::Errc::not_ready);
    if (auto objection = hooks_.objection(chunk.header)) return answer(std::move(*objection));
    if (chunk.header.bytes > snapshot_bytes_max) return answer(base::Errc::too_large);
    if (chunk.offset == 0)
        assembly_ = Assembly{chunk.header, {}, {}};
    else if (!continues(chunk))
        return answer(base::Errc::invalid_argument);

    assembly_->bytes.append(chunk.data);
    idle_ = scheduler_.after(idle_max, [this] { drop(); });
    if (assembly_->bytes.size() < assembly_->header.bytes) return answer(SnapshotReply{});
    if (base::hash64(assembly_->bytes) != assembly_->header.hash) {
        drop();
        return answer(base::Errc::corrupt);
    }
    last_answer_ = promise;
    install();
    return promise;
}

bool SnapshotReceiver::continues(const SnapshotChunk& chunk) const {
    return assembly_ && same_transfer(assembly_->header, chunk.header) &&
           assembly_->bytes.size() == chunk.offset;
}

void SnapshotReceiver::install() {
    installing_ = true;
    idle_.reset();
    hooks_.begin();
    auto assembly = std::make_shared<Assembly>(std::move(*assembly_));
    assembly_.reset();
    auto rows = std::make_shared<RowCollector>(machine_.tables());
    auto changed = std::make_shared<bool>(false);
    worker_.submit(
        [&store = store_, assembly, rows, changed] {
            const auto position = store.install(assembly->bytes);
            *changed = true;
            if (position.index != number(assembly->header.last_index) ||
                position.term != number(assembly->header.last_term))
                throw std::runtime_error("the snapshot holds another position than its sender said");
            store.load(*rows);
        },
        [weak = weak_from_this(), assembly, rows, changed](std::exception_ptr failure) {
            const auto self = weak.lock();
            if (!self) return;
            if (!failure) return self->installed(assembly->header, rows);
            if (*changed) return self->hooks_.failed(describe(failure));
            base::log::error("a snapshot could not be installed", {{"cause", describe(failure)}});
            self->installing_ = false;
            self->hooks_.abandon();
            self->settle(base::Errc::corrupt);
        });
}

void SnapshotReceiver::installed(const SnapshotHeader& header, std::shared_ptr<RowCollector> rows) {
    hooks_.restart_log(header, [weak = weak_from_this(), header, rows = std::move(rows)] {
        const auto self = weak.lock();
        if (!self) return;
        rows->fill(self->machine_);
        self->installing_ = false;
        self->hooks_.installed(header);
        self->settle(SnapshotReply{true, header.last_index});
    });
}

void SnapshotReceiver::settle(Answer answer) {
    if (const auto promise = std::exchange(last_answer_, std::nullopt)) promise->set(std::move(answer));
}

} // namespace bookstore::replication
