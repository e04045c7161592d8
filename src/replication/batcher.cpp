#include "replication/batcher.hpp"

#include <algorithm>
#include <utility>

#include <bookstore/base/limits.hpp>

namespace bookstore::replication {

namespace limits = base::limits;

Batcher::Batcher(base::Scheduler& scheduler, Deadlines& deadlines, Gate* gate, Hooks hooks)
    : scheduler_(scheduler),
      deadlines_(deadlines),
      gate_(gate),
      hooks_(std::move(hooks)),
      self_(std::make_shared<Batcher*>(this)) {}

Batcher::~Batcher() = default;

base::result<net::Promise<Proposal::Answer>> Batcher::add(Bundle commands, base::TimePoint deadline) {
    INVARIANT(!commands.empty());
    if (commands.size() > limits::batch_commands_max) return base::Errc::too_large;
    if (waiting_ + commands.size() > limits::proposals_waiting_max) return base::Errc::overloaded;
    auto proposal = Proposal::make(std::move(commands), deadlines_, deadline);
    if (proposal->bytes() > limits::command_bytes_max) return base::Errc::too_large;
    if (queue_bytes_ + proposal->bytes() > waiting_bytes_max) return base::Errc::overloaded;
    queue_bytes_ += proposal->bytes();
    auto promise = proposal->promise();
    waiting_ += proposal->size();
    queue_.push_back(std::move(proposal));
    schedule();
    return promise;
}

void Batcher::lead(consensus::Term term) {
    term_ = term;
    schedule();
}

void Batcher::step_down() {
    term_.reset();
    fail(base::Errc::outcome_unknown, base::Errc::not_leader);
}

void Batcher::fail(base::Errc in_flight, base::Errc refusal) {
    waiting_ = 0;
    queue_bytes_ = 0;
    for (const auto& proposal : std::exchange(queue_, {}))
        proposal->settle(refusal);
    if (auto stage = std::exchange(stage_, std::nullopt)) {
        for (const auto& proposal : stage->proposals)
            proposal->settle(refusal);
    }
    for (const auto& batch : std::exchange(in_flight_, {})) {
        for (const auto& proposal : batch.proposals)
            proposal->settle(in_flight);
    }
}

void Batcher::committed(consensus::LogIndex index) {
    committed_ = std::max(committed_, index);
    schedule();
}

void Batcher::applied(const consensus::Entry& entry, Bundle& outcomes) {
    if (!awaits(entry.index)) return;
    // Leading without a break since it was appended: what stands at its index is it.
    INVARIANT(term_ == entry.term);
    const auto batch = std::move(in_flight_.front());
    in_flight_.pop_front();
    INVARIANT(batch.size == outcomes.size());
    if (batch.proposals.size() == 1) {
        batch.proposals.front()->settle(AppliedAll{std::move(outcomes), number(entry.index), {}});
        return schedule();
    }
    auto next = outcomes.begin();
    for (const auto& proposal : batch.proposals) {
        AppliedAll applied{{}, number(entry.index), {}};
        for (std::size_t i = 0; i < proposal->size(); ++i, ++next)
            applied.outcomes.add(*next);
        proposal->settle(std::move(applied));
    }
    schedule();
}

/// Not at once: commands that arrive in the same turn of the loop go into the same batch.
void Batcher::schedule() {
    if (scheduled_ || !term_ || stage_ || queue_.empty()) return;
    scheduled_ = true;
    scheduler_.post([weak = std::weak_ptr(self_)] {
        const auto self = weak.lock();
        if (!self) return;
        (*self)->scheduled_ = false;
        (*self)->form();
    });
}

void Batcher::form() {
    if (!term_ || stage_) return;
    const auto uncommitted = std::count_if(in_flight_.begin(), in_flight_.end(),
                                           [this](const Batch& batch) { return batch.index > committed_; });
    if (static_cast<std::size_t>(uncommitted) >= batches_in_flight_max) return;
    if (in_flight_.size() >= batches_unapplied_max) return;
    if (uncommitted > 0 && waiting_ < worth_a_second(in_flight_.back().size)) return;
    const auto index = hooks_.next_index();
    if (!index) return; // handing over: what waits is refused when that succeeds, and goes on when it fails
    auto batch = take_from_queue();
    if (batch.proposals.empty()) return;
    batch.index = *index;
    stage_ = std::move(batch);
    const auto stage = ++stage_number_;
    if (gate_ == nullptr) return append_stage();

    announcing_ = true;
    ready_inside_ = false;
    std::vector<std::string_view> commands;
    commands.reserve(stage_->size);
    for (const auto& proposal : stage_->proposals)
        commands.insert(commands.end(), proposal->commands.begin(), proposal->commands.end());
    gate_->prepare(commands, number(stage_->index), [weak = std::weak_ptr(self_), stage] {
        if (const auto self = weak.lock()) (*self)->gate_ready(stage);
    });
    announcing_ = false;
    if (ready_inside_ && stage_) append_stage();
}

Batcher::Batch Batcher::take_from_queue() {
    Batch batch;
    std::size_t bytes = 0;
    while (!queue_.empty()) {
        auto& next = queue_.front();
        const std::size_t size = next->size();
        const std::size_t size_bytes = next->bytes();
        if (!next->settled()) {
            bytes += size_bytes;
            const bool fits =
                bytes <= limits::batch_bytes_max && batch.size + size <= limits::batch_commands_max;
            if (!fits && !batch.proposals.empty()) break;
            batch.size += size;
            batch.proposals.push_back(std::move(next));
        } // else its deadline passed while it waited: it was never proposed, and will not be
        waiting_ -= size;
        queue_.pop_front();
        queue_bytes_ -= size_bytes;
    }
    return batch;
}

void Batcher::gate_ready(std::uint64_t stage) {
    if (!stage_ || stage != stage_number_) return;
    if (announcing_) {
        ready_inside_ = true;
        return;
    }
    // Posted: a gate may say so from anywhere, also while the core's effects are being carried out.
    scheduler_.post([weak = std::weak_ptr(self_), stage] {
        const auto self = weak.lock();
        if (self && (*self)->stage_ && stage == (*self)->stage_number_) (*self)->append_stage();
    });
}

/// Handing over: refused when that succeeds. When it fails they are announced anew, so that the index that
/// was announced is not left without an entry, and readers waiting for it.
void Batcher::give_back(Batch batch) {
    for (std::size_t i = batch.proposals.size(); i-- > 0;) {
        auto& proposal = batch.proposals[i];
        waiting_ += proposal->size();
        queue_bytes_ += proposal->bytes();
        queue_.push_front(std::move(proposal));
    }
}

void Batcher::append_stage() {
    auto batch = std::move(*stage_);
    stage_.reset();
    const auto index = hooks_.next_index();
    if (!index) return give_back(std::move(batch));
    INVARIANT(*index == batch.index); // nothing else is appended while a batch is on the stage
    std::vector<const Bundle*> commands;
    for (const auto& proposal : batch.proposals)
        commands.push_back(&proposal->commands);
    auto payload = std::make_shared<const std::string>(Bundle::join(commands));
    for (const auto& proposal : batch.proposals)
        proposal->commands = {};
    // Before the append, whose effects may commit and apply it at once.
    in_flight_.push_back(std::move(batch));
    hooks_.append(std::move(payload));
    schedule();
}

} // namespace bookstore::replication
