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

SnapshotReceiver::Answer SnapshotReceiver::receive(const SnapshotChunk& chunk) {
    if (installing_) return SnapshotProgress::installing;
    if (auto objection = hooks_.objection(chunk.header)) return *objection;
    if (chunk.header.bytes > snapshot_bytes_max) return base::Errc::too_large;
    if (chunk.offset == 0)
        assembly_ = Assembly{chunk.header, {}};
    else if (!continues(chunk))
        return base::Errc::invalid_argument;

    assembly_->bytes.append(chunk.data);
    idle_ = scheduler_.after(idle_max, [this] { drop(); });
    if (assembly_->bytes.size() < assembly_->header.bytes) return SnapshotProgress::more;
    if (base::hash64(assembly_->bytes) != assembly_->header.hash) {
        drop();
        return base::Errc::corrupt;
    }
    install();
    return SnapshotProgress::installing;
}

bool SnapshotReceiver::continues(const SnapshotChunk& chunk) const {
    return assembly_ && same_transfer(assembly_->header, chunk.header) &&
           assembly_->bytes.size() == chunk.offset;
}

void SnapshotReceiver::install() {
    installing_ = true;
    idle_.reset();
    auto assembly = std::make_shared<Assembly>(std::move(*assembly_));
    assembly_.reset();
    hooks_.begin(assembly->header, [weak = weak_from_this(), assembly] {
        if (const auto self = weak.lock()) self->install_state(assembly);
    });
}

void SnapshotReceiver::install_state(std::shared_ptr<Assembly> assembly) {
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
        });
}

void SnapshotReceiver::installed(const SnapshotHeader& header, std::shared_ptr<RowCollector> rows) {
    hooks_.restart_log(header, [weak = weak_from_this(), header, rows = std::move(rows)] {
        const auto self = weak.lock();
        if (!self) return;
        rows->fill(self->machine_);
        self->installing_ = false;
        self->hooks_.installed(header);
    });
}

} // namespace bookstore::replication
