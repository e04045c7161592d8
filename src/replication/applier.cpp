#include "replication/applier.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <bookstore/base/error.hpp>

#include "replication/failure.hpp"

namespace bookstore::replication {
namespace {

constexpr std::size_t turn_commands_max = 4'096; ///< then the loop gets to do something else
constexpr std::size_t changes_at_once = 32'768;  ///< stored without delay: taking them is 4 ms of the loop
/// A sale that is settled meanwhile is one row, not two; a book is one row however many were sold of it.
/// Settling trails by half a second: of three seconds' sales few are written twice.
constexpr base::Duration store_delay = base::seconds(3);

std::size_t payload_bytes(const auto& entries) {
    std::size_t bytes = 0;
    for (const consensus::Entry& entry : entries)
        bytes += entry.payload->size();
    return bytes;
}

} // namespace

Applier::Applier(base::StateMachine& machine, storage::StateStore& store, base::Worker& worker,
                 base::Scheduler& scheduler, Position position, Hooks hooks)
    : machine_(machine),
      store_(store),
      worker_(worker),
      scheduler_(scheduler),
      hooks_(std::move(hooks)),
      position_(position),
      submitted_(position),
      self_(std::make_shared<Applier*>(this)) {}

Applier::~Applier() = default;

void Applier::add(std::vector<consensus::Entry> entries) {
    backlog_bytes_ += payload_bytes(entries);
    std::move(entries.begin(), entries.end(), std::back_inserter(backlog_));
    if (!turn_posted_) turn();
}

void Applier::turn() {
    if (paused_ || halted_ || backlog_.empty()) return;
    std::size_t commands = 0;
    while (!backlog_.empty() && commands < turn_commands_max && machine_.changed_rows() < changes_max) {
        const auto entry = std::move(backlog_.front());
        backlog_.pop_front();
        backlog_bytes_ -= entry.payload->size();
        INVARIANT(number(entry.index) == position_.index + 1);
        Bundle outcomes;
        if (entry.kind == consensus::EntryKind::command) {
            const auto batch = read_views(*entry.payload);
            INVARIANT(batch.has_value()); // checksummed on disk and on the wire: only a bug can break it
            const bool awaited = hooks_.awaited(entry.index);
            for (const auto command : *batch) {
                if (awaited)
                    outcomes.add(machine_.apply(command, number(entry.index)));
                else
                    machine_.apply_unheard(command, number(entry.index));
            }
            commands += batch->size();
        }
        position_ = {number(entry.index), number(entry.term)};
        hooks_.applied(entry, outcomes);
    }
    store_soon();
    if (!backlog_.empty() && machine_.changed_rows() < changes_max && !turn_posted_) {
        turn_posted_ = true;
        scheduler_.post([weak = std::weak_ptr(self_)] {
            const auto self = weak.lock();
            if (!self) return;
            (*self)->turn_posted_ = false;
            (*self)->turn();
        });
    }
    hooks_.progressed();
}

void Applier::store_soon() {
    if (machine_.changed_rows() >= changes_at_once) return store();
    if (store_timer_ || halted_ || submitted_.index == position_.index) return;
    store_timer_ = scheduler_.after(store_delay, [this] { store(); });
}

void Applier::store() {
    store_timer_.reset();
    if (storing_ || paused_ || halted_ || submitted_.index == position_.index) return;
    storing_ = true;
    submitted_ = position_;
    auto changes = std::make_shared<base::RowChanges>(machine_.take_changes());
    worker_.submit(
        [&store = store_, changes, position = position_, digest = machine_.digest()] {
            changes->sort();
            store.apply(*changes, position, digest);
        },
        [weak = std::weak_ptr(self_)](std::exception_ptr failure) {
            if (const auto self = weak.lock()) (*self)->stored(std::move(failure));
        });
}

void Applier::stored(std::exception_ptr failure) {
    storing_ = false;
    if (failure) {
        halt();
        return hooks_.failed(describe(failure));
    }
    store_soon();
    if (!turn_posted_) turn();
}

void Applier::resume() {
    paused_ = false;
    store();
    turn();
}

void Applier::continue_at(Position position) {
    INVARIANT(position.index >= position_.index);
    std::erase_if(backlog_, [&](const consensus::Entry& e) { return number(e.index) <= position.index; });
    backlog_bytes_ = payload_bytes(backlog_);
    store_timer_.reset();
    machine_.take_changes();
    position_ = submitted_ = position;
    paused_ = false;
    hooks_.progressed();
    turn();
}

} // namespace bookstore::replication
