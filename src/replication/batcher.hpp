#pragma once
/// \file
/// From proposals to batches, one log entry each, and from applied entries back to who waits.
///
///   queue -> stage (the gate; at most one batch) -> in flight (appended; at most two uncommitted) -> applied
///
/// While batches are in flight, commands gather: one append, one sync and one round trip serve all of them.
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bookstore/base/scheduler.hpp>
#include <bookstore/consensus/types.hpp>
#include <bookstore/replication/replica.hpp>

#include "replication/proposal.hpp"

namespace bookstore::replication {

/// Loop thread only.
class Batcher {
public:
    /// The second keeps disks and network busy while the first is on its way; a third was measured to bring
    /// nothing, and would make batches smaller.
    static constexpr std::size_t batches_in_flight_max = 2;
    /// A batch costs each replica a sync and some messages, whatever is in it. So many that wait are worth
    /// that at once.
    static constexpr std::size_t commands_worth_a_batch = 64;
    /// Behind one this small there is no crowd, and nobody need wait for it.
    static constexpr std::size_t few_commands = 4;
    /// How many must wait for a second batch while one of `first` commands is on its way. Fewer wait for that
    /// one, and cost less in one batch with what comes meanwhile.
    static constexpr std::size_t worth_a_second(std::size_t first) {
        return first <= few_commands ? first : commands_worth_a_batch;
    }
    /// Committed ones that wait to be applied count here: a store that falls behind ends in a full queue,
    /// which is refused, and not in full memory.
    static constexpr std::size_t batches_unapplied_max = 16;

    /// What waits: besides the number of commands (limits::proposals_waiting_max), whose sizes differ.
    static constexpr std::size_t waiting_bytes_max = 16u << 20;

    struct Hooks {
        /// Where the core would append now; nothing while it would not (not the leader, handing over).
        std::function<std::optional<consensus::LogIndex>()> next_index;
        /// Appends, right after next_index() gave an index.
        std::function<void(std::shared_ptr<const std::string> payload)> append;
    };

    /// `gate` may be null. All references outlive the batcher.
    Batcher(base::Scheduler& scheduler, Deadlines& deadlines, Gate* gate, Hooks hooks);
    ~Batcher();

    /// Queues commands that stay together, at least one. Errc::too_large, overloaded. The caller has checked
    /// that this replica leads.
    base::result<net::Promise<Proposal::Answer>> add(Bundle commands, base::TimePoint deadline);

    /// This replica leads `term`, with an entry of its own committed: batches may form.
    void lead(consensus::Term term);
    /// Ends queue and stage as not_leader (they certainly had no effect), the rest as outcome_unknown.
    void step_down();
    /// Ends everything; what is in flight as `in_flight`, what never was appended as `refusal`.
    void fail(base::Errc in_flight, base::Errc refusal);

    void committed(consensus::LogIndex index);
    /// Whether the entry to be applied next, at `index`, is one of this batcher's.
    bool awaits(consensus::LogIndex index) const {
        return !in_flight_.empty() && in_flight_.front().index == index;
    }
    void applied(const consensus::Entry& entry, Bundle& outcomes);

    /// Commands in the queue.
    std::size_t waiting() const { return waiting_; }
    bool idle() const { return queue_.empty() && !stage_ && in_flight_.empty(); }
    /// Index announced to the gate and not appended yet; 0: none.
    std::uint64_t announced_index() const { return stage_ ? number(stage_->index) : 0; }

private:
    struct Batch {
        consensus::LogIndex index{};
        std::vector<std::shared_ptr<Proposal>> proposals;
        std::size_t size = 0; ///< in commands
    };

    void schedule();
    void form();
    Batch take_from_queue();
    void gate_ready(std::uint64_t stage);
    void append_stage();
    void give_back(Batch batch);

    base::Scheduler& scheduler_;
    Deadlines& deadlines_;
    Gate* gate_;
    Hooks hooks_;

    std::deque<std::shared_ptr<Proposal>> queue_;
    std::size_t waiting_ = 0;     ///< commands in it
    std::size_t queue_bytes_ = 0; ///< of the commands in it
    std::optional<Batch> stage_;
    std::uint64_t stage_number_ = 0; ///< tells a late `ready` of a former stage from this one's
    bool announcing_ = false;        ///< inside Gate::prepare()
    bool ready_inside_ = false;      ///< ready was called there
    std::deque<Batch> in_flight_;
    consensus::LogIndex committed_{};
    std::optional<consensus::Term> term_;
    bool scheduled_ = false;
    std::shared_ptr<Batcher*> self_; ///< what tasks and gates hold weakly
};

} // namespace bookstore::replication
