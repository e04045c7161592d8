#include "replication/core_runner.hpp"

#include <utility>

namespace bookstore::replication {

void CoreRunner::start(const consensus::Options& options, consensus::Restored restored,
                       base::Random& random) {
    raft_.emplace(options, std::move(restored), random, scheduler_.now());
    give(consensus::Tick{});
}

// Does not throw: an event half carried out would leave a replica that looks alive and takes part in nothing.
// What gets this far (memory, the machine's own tables) ends the process, and its restart begins from the
// disk.
void CoreRunner::give(consensus::Event event) noexcept {
    if (!raft_ || halted_) return;
    if (held_ && !std::holds_alternative<consensus::Persisted>(event)) return;
    events_.push_back(std::move(event));
    if (running_) return;
    running_ = true;
    while (!events_.empty() && !halted_) {
        auto next = std::move(events_.front());
        events_.pop_front();
        hooks_.carry_out(raft_->step(std::move(next), scheduler_.now()));
        if (events_.empty() && !halted_) hooks_.settled();
    }
    running_ = false;
    arm();
}

void CoreRunner::release(consensus::SnapshotInstalled installed) {
    held_ = false;
    give(std::move(installed));
}

void CoreRunner::halt() {
    halted_ = true;
    events_.clear();
    timer_.reset();
}

void CoreRunner::arm() {
    if (halted_ || held_) return;
    const auto deadline = raft_->next_deadline();
    if (timer_ && armed_for_ <= deadline) return;
    armed_for_ = deadline;
    timer_ = scheduler_.at(deadline, [this] {
        timer_.reset();
        if (held_) return; // release() arms it again
        if (scheduler_.now() >= raft_->next_deadline())
            give(consensus::Tick{});
        else
            arm();
    });
}

} // namespace bookstore::replication
