#pragma once
/// \file
/// Committed entries into the state machine, at once; and its changed rows into the state's store, behind.
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/base/state_machine.hpp>
#include <bookstore/base/worker.hpp>
#include <bookstore/consensus/types.hpp>
#include <bookstore/replication/bundle.hpp>
#include <bookstore/storage/state_store.hpp>

namespace bookstore::replication {

/// Loop thread only. The store may trail, for the log holds what it lacks: changes gather in the machine for
/// a while, of the changes to one row only the last is written, and one transaction at a time is under way. A
/// long backlog is applied over several turns of the loop, and waits when the store falls far behind.
class Applier {
public:
    using Position = storage::StateStore::Position;

    struct Hooks {
        /// Whether anybody here wants the outcomes of that entry.
        std::function<bool(consensus::LogIndex)> awaited;
        /// After each entry, with the outcomes of its commands in order if they are awaited.
        std::function<void(const consensus::Entry&, Bundle& outcomes)> applied;
        /// After the entries of one turn.
        std::function<void()> progressed;
        std::function<void(const std::string& cause)> failed; ///< the store; once
    };

    /// All references outlive the applier. `position`: what `machine` holds.
    Applier(base::StateMachine& machine, storage::StateStore& store, base::Worker& worker,
            base::Scheduler& scheduler, Position position, Hooks hooks);
    ~Applier();

    /// What may wait to be applied, while the store is far behind or a snapshot on its way. Beyond it the
    /// caller had better take no more: what a core has committed can be added all the same.
    static constexpr std::size_t backlog_bytes_max = 32u << 20;
    /// Rows that wait to be stored: with so many no further entry is applied until the store has taken them.
    static constexpr std::size_t changes_max = 65'536;

    /// Committed, in order, right behind what was given before.
    void add(std::vector<consensus::Entry> entries);
    bool backlog_full() const { return backlog_bytes_ >= backlog_bytes_max; }

    std::uint64_t applied() const { return position_.index; }
    /// What the store holds once every job submitted so far has run.
    Position submitted() const { return submitted_; }
    bool store_idle() const { return !storing_ && submitted_.index == position_.index; }

    /// While a snapshot is installed: nothing is applied, no job is submitted.
    void pause() { paused_ = true; }
    /// What is applied goes to the store now, unless that is busy, and not a little later.
    void flush() { store(); }
    /// Goes on where pause() stopped it.
    void resume();
    /// While it is paused for a snapshot that the log has been restarted behind: nothing that waits follows
    /// it.
    void drop_backlog() { backlog_.clear(), backlog_bytes_ = 0; }
    /// The machine and the store hold a snapshot at `position`: goes on with what waits behind that.
    void continue_at(Position position);
    /// The store failed, or the replica stops: nothing more is applied.
    void halt() { halted_ = true; }

private:
    void turn();
    void store_soon();
    void store();
    void stored(std::exception_ptr failure);

    base::StateMachine& machine_;
    storage::StateStore& store_;
    base::Worker& worker_;
    base::Scheduler& scheduler_;
    Hooks hooks_;

    std::deque<consensus::Entry> backlog_; ///< payloads are shared with the core's log
    std::size_t backlog_bytes_ = 0;        ///< of those payloads
    Position position_;
    Position submitted_;
    std::unique_ptr<base::Timer> store_timer_;
    bool storing_ = false;
    bool turn_posted_ = false;
    bool paused_ = false;
    bool halted_ = false;
    std::shared_ptr<Applier*> self_;
};

} // namespace bookstore::replication
